import type { Strip } from './strip.ts'

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly (number | string | null)[])[]
}

/** What a chart draws, as numbers: each strip's columns, by their place on the axis. */
export function tableOf(strips: readonly Strip[], axis: string): Table {
  const names = strips.flatMap(({ label, min }) =>
    min === undefined ? [label] : [label, `${label} min`, `${label} max`],
  )
  const places = [...new Set(strips.flatMap(({ x }) => x))].sort((a, b) => a - b)
  const found = strips.map(({ x }) => new Map(x.map((one, at) => [one, at])))
  const rows = places.map((place) => [
    place,
    ...strips.flatMap((strip, which) => {
      const at = found[which]!.get(place)
      const columns = strip.min === undefined ? [strip.mid] : [strip.mid, strip.min, strip.max ?? strip.mid]
      return columns.map((column) => (at === undefined ? null : cell(column[at], strip, at)))
    }),
  ])
  return { head: [axis, ...names], rows }
}

function cell(
  value: number | null | undefined,
  { nan, infinite }: Strip,
  at: number,
): number | string | null {
  return value ?? ((nan[at] ?? 0) > 0 ? 'NaN' : (infinite[at] ?? 0) > 0 ? 'infinite' : null)
}

/** `23 NaN, 24 infinite`; empty where all points are finite numbers. */
export function oddWords(strips: readonly Pick<Strip, 'nan' | 'infinite'>[]): string {
  const sum = (of: (strip: Pick<Strip, 'nan' | 'infinite'>) => readonly number[]): number =>
    strips.reduce((all, strip) => of(strip).reduce((one, other) => one + other, all), 0)
  const [nans, infinities] = [sum(({ nan }) => nan), sum(({ infinite }) => infinite)]
  return [nans === 0 ? '' : `${nans} NaN`, infinities === 0 ? '' : `${infinities} infinite`]
    .filter((one) => one !== '')
    .join(', ')
}

/** RFC 4180. What begins as a formula of a spreadsheet gets a quote before it. */
export function csvOf({ head, rows }: Table): string {
  return `${[head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`
}

function csvCell(value: number | string | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
