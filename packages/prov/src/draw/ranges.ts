/** Many names in the words of one: `rank 0` ... `rank 1023` read as `rank 0-1023`. */

// A UUID, a hash (8 or more hexadecimal digits with both letters and digits), or a number.
const variable =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-z])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,64}(?![0-9a-z])|\d+/gi

/** A name without what varies: the fixed parts, and between them what stood there. */
export interface Masked {
  readonly pattern: string
  readonly parts: readonly string[]
  readonly slots: readonly string[]
}

export function mask(name: string): Masked {
  const parts: string[] = []
  const slots: string[] = []
  let from = 0
  for (const found of name.matchAll(variable)) {
    parts.push(name.slice(from, found.index))
    slots.push(found[0])
    from = found.index + found[0].length
  }
  parts.push(name.slice(from))
  return { pattern: parts.join('\u0000'), parts, slots }
}

/** At most this many different patterns are named; the others are counted. */
const patternsMax = 3

/** One title for many elements: equal names once, numbers as ranges, unlike names listed and then counted. */
export function summarise(names: readonly string[]): string {
  const byPattern = new Map<string, Masked[]>()
  for (const name of new Set(names)) {
    const masked = mask(name)
    const group = byPattern.get(masked.pattern)
    if (group === undefined) byPattern.set(masked.pattern, [masked])
    else group.push(masked)
  }
  const titles = [...byPattern.values()].slice(0, patternsMax).map(titleOf)
  const more = byPattern.size - titles.length
  return more > 0 ? `${titles.join(', ')} + ${more.toLocaleString('en-US')} more …` : titles.join(', ')
}

function titleOf(group: readonly Masked[]): string {
  const [first] = group
  if (first === undefined) return ''
  return first.parts
    .map((part, index) =>
      index < first.slots.length ? part + compress(group.map((masked) => masked.slots[index] ?? '')) : part,
    )
    .join('')
}

/** At most this many pieces of a broken range are written. */
const piecesMax = 3

/** `0, 1, 2, 3, 8` as `0-3, 8`; what is no number (a hash) is left out as an ellipsis when it varies. */
export function compress(slots: readonly string[]): string {
  const distinct = [...new Set(slots)]
  if (distinct.length === 1) return distinct[0] ?? ''
  if (distinct.some((slot) => !/^\d{1,15}$/.test(slot))) return '…'
  const sorted = distinct
    .map((text) => ({ text, value: Number(text) }))
    .sort((a, b) => a.value - b.value || a.text.length - b.text.length)
  const pieces: { from: string; to: string; last: number }[] = []
  for (const { text, value } of sorted) {
    const piece = pieces.at(-1)
    if (piece !== undefined && value <= piece.last + 1) {
      piece.to = text
      piece.last = value
    } else pieces.push({ from: text, to: text, last: value })
  }
  const written = pieces.map(({ from, to }) => (from === to ? from : `${from}-${to}`))
  if (written.length <= piecesMax) return written.join(', ')
  return `${written.slice(0, piecesMax - 1).join(', ')}, … ${sorted.at(-1)?.text ?? ''}`
}
