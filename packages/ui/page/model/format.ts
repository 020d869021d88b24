import type { RowMetric } from '@provloom/reader'

/** A number of a metric, as JSON has it. */
export type HeadNumber = RowMetric['last']

const thin = '\u202f'

/** 15360 as `15 360`, with a space that does not break. */
export function count(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, thin)
}

/** Four digits that matter; very large and very small ones by powers. What JSON has not comes as text. */
export function number(value: HeadNumber | undefined | null): string {
  if (value === undefined || value === null) return '–'
  const of = Number(value)
  if (!Number.isFinite(of)) return Number.isNaN(of) ? 'NaN' : of > 0 ? '∞' : '−∞'
  const size = Math.abs(of)
  if (Number.isInteger(of) && size < 1e15) return count(of).replace('-', '−')
  if (size >= 1e7 || size < 1e-4) return of.toExponential(2).replace('-', '−')
  const text = size >= 1000 ? of.toFixed(1) : String(Number(of.toPrecision(size >= 100 ? 4 : 3)))
  return text.replace('-', '−')
}

/** In the unit that people read: an accuracy in percent, bytes in MB, what has a unit with it. */
export function measured(value: HeadNumber | undefined | null, key: string, unit?: string): string {
  if (value === undefined || value === null) return '–'
  const of = Number(value)
  if (!Number.isFinite(of)) return number(value)
  if (isShare(key) && Math.abs(of) <= 1) {
    const text = (of * 100).toFixed(Math.abs(of) === 1 ? 0 : 1)
    return `${text === '-0.0' ? '0.0' : text.replace('-', '−')} %`
  }
  if (unit === 'B' || unit === 'bytes') return bytes(of)
  if (unit === 'B/s') return `${bytes(of)}/s`
  if (unit === '1/s') return `${number(of)} /s`
  if (unit === 's' || unit === 'seconds') return seconds(of)
  if (unit === '%' || unit === 'percent') return `${number(of)} %`
  return unit === undefined || unit === '' || unit === '1' ? number(of) : `${number(of)} ${unit}`
}

/** Words at an axis: where two places would have the same, in as many digits as tell them apart. */
export function ticks(places: readonly (number | null)[], words: (place: number) => string): string[] {
  const known = places.filter((one) => one !== null)
  const inWords = (of: (place: number) => string): string[] =>
    places.map((one) => (one === null ? '' : of(one)))
  const areApart = (of: (place: number) => string): boolean => new Set(known.map(of)).size === known.length
  if (areApart(words)) return inWords(words)
  for (let digits = 4; digits <= 15; digits++) {
    const exact = (place: number): string => String(Number(place.toPrecision(digits))).replace('-', '−')
    if (areApart(exact)) return inWords(exact)
  }
  return inWords(words)
}

/** Whether a metric between 0 and 1 is a share, as it is called. */
export function isShare(key: string): boolean {
  return /(?:^|[^a-z])(?:accuracy|acc|precision|recall|f1|auc|top_?[15])(?:$|[^a-z])/i.test(key)
}

export function bytes(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–'
  const names = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let [left, step] = [Math.abs(value), 0]
  while (left >= 999.5 && step < names.length - 1) [left, step] = [left / 1000, step + 1]
  const text = step === 0 || left >= 99.95 ? left.toFixed(0) : left.toFixed(1)
  return `${value < 0 ? '−' : ''}${text} ${names[step]}`
}

/** A measured time. */
export function seconds(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0 s'
  if (size < 1e-3) return `${number(value * 1e6)} µs`
  if (size < 0.1) return `${number(value * 1e3)} ms`
  return size < 60 ? `${number(value)} s` : duration(value)
}

/** How long something took, in the two largest units. */
export function duration(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const whole = Math.max(0, value)
  if (whole < 10) return `${whole.toFixed(1)} s`
  const rounded = Math.round(whole)
  if (rounded < 60) return `${rounded} s`
  const [days, hours, minutes] = [
    Math.floor(rounded / 86_400),
    Math.floor((rounded % 86_400) / 3600),
    Math.floor((rounded % 3600) / 60),
  ]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return `${minutes} min ${rounded % 60} s`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `26 Nov 19:57:25`, UTC. */
export function when(iso: string): string {
  const time = new Date(iso)
  return Number.isNaN(time.getTime())
    ? iso
    : `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${clock(iso)}`
}

/** `19:57:25`, UTC. */
export function clock(iso: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(iso)?.[1] ?? iso
}

/** The first digits of a checksum or a commit. */
export function digits(hash: string | undefined, length = 7): string {
  return hash?.slice(0, length) ?? ''
}

/** `0–36, 38–63` */
export function ranges(ranks: readonly number[]): string {
  const sorted = ranks.toSorted((a, b) => a - b)
  const found: string[] = []
  for (let at = 0; at < sorted.length;) {
    let end = at
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) end += 1
    found.push(end === at ? `${sorted[at]}` : `${sorted[at]}${end === at + 1 ? ', ' : '–'}${sorted[end]}`)
    at = end + 1
  }
  return found.join(', ')
}

/** `1 rank`, `4 ranks` */
export function several(of: number, word: string, plural = `${word}s`): string {
  return `${count(of)} ${of === 1 ? word : plural}`
}

/** `a, b and c` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
