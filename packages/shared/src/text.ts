import { createHash } from 'node:crypto'
import { nameLengthMax } from './limits.ts'

/*
 * How text is cut, once for each meaning: a name in an event, so that different ones stay different; words for people, so that
 * they see it; bytes, where something is counted in them. No character is cut in two.
 */

/** Half of a surrogate pair is no character, and nobody can write it into a file: `\ud800` in its place. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`)
}

/** The characters in the first code units. */
export function firstUnits(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, Math.max(0, most)).replace(/[\ud800-\udbff]$/, '')
}

/** The characters in the first bytes, as UTF-8 has them. */
export function firstBytes(text: string, most: number): string {
  if (text.length * 3 <= most) return text
  const bytes = Buffer.from(firstUnits(text, most), 'utf8')
  if (bytes.length <= most) return bytes.toString('utf8')
  let end = Math.max(0, most)
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

/** Words for people, of that many code units at most; the last three say that it is cut. */
export function shortened(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${firstUnits(text, lengthMax - 3)}...`
}

const markLength = 9
/** Of longer names than this the length, the beginning and the end are hashed. */
const hashedWhole = 1 << 20

/**
 * A name as an event holds it (docs/spool-format.md): what has more than 512 code units, or holds half of a surrogate pair, is
 * changed and ends in a hash of what it was.
 */
export function nameWithin(text: string): string {
  if (text.length <= nameLengthMax && wellFormed(text) === text) return text
  const start = wellFormed(text.slice(0, nameLengthMax + 1))
  return `${firstUnits(start, nameLengthMax - markLength)}~${markOf(text)}`
}

function markOf(text: string): string {
  const hash = createHash('sha256')
  if (text.length > hashedWhole) hash.update(String(text.length))
  const hashed =
    text.length > hashedWhole ? text.slice(0, hashedWhole / 2) + text.slice(-hashedWhole / 2) : text
  return hash
    .update(Buffer.from(hashed, 'utf16le'))
    .digest('hex')
    .slice(0, markLength - 1)
}
