import { createHash } from 'node:crypto'
import { limits } from '@provloom/shared'
import { typed } from './value.ts'
import { wellFormed } from './text.ts'

const markLength = 9
/** Of longer names than this the length, the beginning and the end are hashed. */
const hashedWhole = 1 << 20

/**
 * Text of 1 to 512 code units; undefined for what is absent or empty. What is longer, or holds half of a surrogate
 * pair, is changed and ends in a hash of what it was: names that differ stay different.
 */
export function nameOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = typeof value === 'string' ? value : typed(value).value
  if (text.length <= limits.nameLengthMax) {
    const whole = wellFormed(text)
    if (whole === text) return text === '' ? undefined : text
  }
  const start = wellFormed(text.slice(0, limits.nameLengthMax + 1))
  const kept = start.slice(0, limits.nameLengthMax - markLength).replace(/[\ud800-\udbff]$/, '')
  return `${kept}~${markOf(text)}`
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
