import { unrepresentable } from './ncname.ts'

// oxlint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu
const CONTROL_PICTURES = 0x2400
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** Whether XML has a place for all of a text. */
export function fits(content: string): boolean {
  return content.search(NOT_XML) < 0
}

/**
 * Text with what XML has no place for replaced: a control character by its picture (U+0001 by U+2401), half a surrogate
 * pair and what is no character by U+FFFD.
 */
export function fitted(content: string): string {
  return content.replace(NOT_XML, (one) =>
    one < ' ' ? String.fromCharCode(CONTROL_PICTURES + one.charCodeAt(0)) : '\uFFFD',
  )
}

function checked(content: string): string {
  if (fits(content)) return content
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
