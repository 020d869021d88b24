import { unrepresentable } from './ncname.ts'

// oxlint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}

function checked(content: string): string {
  if (!NOT_XML.test(content)) return content
  throw unrepresentable(
    'characters that XML 1.0 allows',
    content,
    'it has no control characters, even escaped',
  )
}

/** Character data; line breaks stay, carriage returns would not. */
export function escapeText(content: string): string {
  return checked(content).replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character)
}

/** The value of an XML attribute, in double quotes. */
export function quoteAttribute(content: string): string {
  return `"${checked(content).replace(/[&<>"\r\n\t]/g, (character) => ESCAPES[character] ?? character)}"`
}
