/** Half of a surrogate pair is no character, and nobody can write it into a file: `\ud800` in its place. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`)
}

/** The characters that are in the first `most` bytes of text, as UTF-8 has it. */
export function firstBytes(text: string, most: number): string {
  if (text.length * 3 <= most) return text
  const start = text.slice(0, Math.max(0, most))
  const bytes = Buffer.from(start, 'utf8')
  if (bytes.length <= most) return start.replace(/[\ud800-\udbff]$/, '')
  let end = Math.max(0, most)
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
