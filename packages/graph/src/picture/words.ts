import { millisecondsOf } from '../instant.ts'

/** Numbers, sizes, times and ranks as people read them; in one language, so that bytes do not vary. */

export function counted(n: number): string {
  return n.toLocaleString('en-US')
}

/** `1 file`, `3 files`; a word that ends in `y` after a consonant has `ies`. */
export function plural(n: number, word: string): string {
  return `${counted(n)} ${n === 1 ? word : word.replace(/([^aeiou])y$/, '$1ie').replace(/(ch|s|sh|x)$/, '$1e')}${n === 1 ? '' : 's'}`
}

/** Bytes in the unit that reads best, powers of 1,000: `512 B`, `17.8 kB`. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let [value, unit] = [size, 0]
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** Three digits that count: `2.30`, `0.0123`, `1,024`, `1.20e-7`. */
export function number(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞'
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e6) return counted(value)
  if (size < 1e-4 || size >= 1e6) return value.toExponential(digits - 1)
  return size >= 10 ** digits ? counted(Math.round(value)) : value.toPrecision(digits)
}

/** Two numbers that differ, with as many digits as show it. */
export function apart(one: number, other: number): readonly [string, string] {
  for (let digits = 3; digits < 6; digits++) {
    const words = [number(one, digits), number(other, digits)] as const
    if (words[0] !== words[1]) return words
  }
  return [number(one), number(other)]
}

/** Between two times: `3.7 s`, `1 min 54 s`, `2 h 5 min`, `3 d 4 h`; undefined where one is not known. */
export function duration(start: string | undefined, end: string | undefined): string | undefined {
  const [from, to] = [millisecondsOf(start), millisecondsOf(end)]
  if (from === undefined || to === undefined) return undefined
  const seconds = Math.max(0, to - from) / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return two(whole, 60, 'min', 1, 's')
  return whole < 86_400 ? two(whole, 3600, 'h', 60, 'min') : two(whole, 86_400, 'd', 3600, 'h')
}

function two(seconds: number, large: number, name: string, small: number, rest: string): string {
  const left = Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)} ${name}${left === 0 ? '' : ` ${left} ${rest}`}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `26 Nov 2026 19:57 UTC`. */
export function date(time: string | undefined): string | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d).*Z$/.exec(time ?? '')
  if (found === null) return undefined
  const [, year, month, day, minutes] = found
  return `${Number(day)} ${months[Number(month) - 1] ?? month} ${year} ${minutes} UTC`
}

/** Pieces of a broken range that are written. */
const piecesShown = 4

/** `rank 2`, `ranks 0–3, 7`; of many pieces the first, and how many ranks there are. */
export function ranks(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const pieces: [number, number][] = []
  for (const one of sorted) {
    const piece = pieces.at(-1)
    if (piece !== undefined && piece[1] + 1 === one) piece[1] = one
    else pieces.push([one, one])
  }
  const written = pieces
    .slice(0, piecesShown)
    .map(([from, to]) => (from === to ? `${from}` : `${from}${to === from + 1 ? ', ' : '–'}${to}`))
  const more = pieces.length > piecesShown ? `, … (${counted(sorted.length)})` : ''
  return `rank${sorted.length === 1 ? '' : 's'} ${written.join(', ')}${more}`
}

/** Digits compare as numbers, so that rank 2 comes before rank 10; one language, so that bytes do not vary. */
const collator = new Intl.Collator('en', { numeric: true })

export function natural(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b))
}
