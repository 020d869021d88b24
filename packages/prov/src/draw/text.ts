/**
 * Text that goes into a picture. Labels come from strangers: whatever they hold (control characters, markup,
 * escapes of the DOT language, direction overrides, megabytes), the picture must stay well formed and readable.
 */

/** Longest title that is looked at; what follows is cut. In UTF-16 units. */
const titleCharsMax = 200

// XML 1.0 has no place for these; direction overrides could make a label read as something it is not.
const unfit =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** One line of clean text: unfit characters and runs of white space become one space, the length is bounded. */
export function clean(text: string, charsMax: number = titleCharsMax): string {
  const bounded = text.length > charsMax * 4 ? text.slice(0, charsMax * 4) : text
  return clip(bounded.replace(unfit, ' ').replace(/\s+/g, ' ').trim(), charsMax)
}

/** Cuts to `charsMax` characters, the last of them an ellipsis; never through the middle of a character. */
export function clip(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text
  const characters = Array.from(text)
  return characters.length <= charsMax
    ? text
    : `${characters
        .slice(0, charsMax - 1)
        .join('')
        .trimEnd()}…`
}

/** A DOT string in quotes. Graphviz reads escapes (`\N`, `\l`) and entities in them, so both are escaped. */
export function quoted(text: string): string {
  return `"${clean(text, 1000).replace(/[\\"]/g, '\\$&').replace(/&/g, '&amp;')}"`
}

/** A tooltip in quotes: Graphviz reads the escapes of tooltips twice. */
export function quotedTooltip(text: string): string {
  return quoted(text.replace(/\\/g, '\\\\'))
}

/** Text of an HTML-like DOT label. Escapes of the DOT language are live there too. */
export function markup(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}

/** Breaks clean text into at most `linesMax` lines of about `width` characters, by preference where words end. */
export function wrap(text: string, width: number, linesMax: number): string[] {
  const lines: string[] = []
  let rest = text
  while (rest !== '' && lines.length < linesMax) {
    if (lines.length === linesMax - 1) {
      lines.push(clip(rest, width))
      break
    }
    const cut = breakAt(rest, width)
    lines.push(rest.slice(0, cut).trimEnd())
    rest = rest.slice(cut).trimStart()
  }
  return lines
}

/** Where a line may end, the best first: at a space, after a separator, and as a last choice after a point. */
const breaks: readonly RegExp[] = [/\s(?=\S)/g, /[/_\-,:=@](?=.)/g, /\.(?=\D)/g]

function breakAt(text: string, width: number): number {
  if (text.length <= width) return text.length
  const line = text.slice(0, width + 1)
  for (const kind of breaks) {
    let best = 0
    for (const found of line.matchAll(kind)) if (found.index + 1 <= width) best = found.index + 1
    if (best > width * 0.4) return best
  }
  // No place to break: cut hard, but not through a surrogate pair.
  const code = text.charCodeAt(width)
  return code >= 0xdc00 && code <= 0xdfff ? width - 1 : width
}
