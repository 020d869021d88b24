import type { HeadNumber, Shown } from '@provloom/rundir/entry'
import { limits } from '@provloom/shared'

/** The first of a list, as many as fit: by number, and by bytes of JSON together. */
export function fitting<T>(all: readonly T[], most: number, bytesMax: number): Shown<T> {
  const shown: T[] = []
  let bytes = 0
  for (const one of all) {
    const size = Buffer.byteLength(JSON.stringify(one)) + 1
    // One that is too large alone is left out; those behind it may still fit.
    if (size > bytesMax / 8) continue
    bytes += size
    if (bytes > bytesMax || shown.length === most) break
    shown.push(one)
  }
  return { shown, more: all.length - shown.length }
}

/** JSON knows no other numbers. */
export function headNumber(value: number): HeadNumber {
  if (Number.isFinite(value)) return value
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

/** Text of a bounded length, in whole characters. */
export function headText(text: string, most: number = limits.headTextMax): string {
  return text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/, '')
}
