import { statisticsOf } from '../statistics.ts'
import { makerName } from './names.ts'
import type { View } from './view.ts'

/**
 * The line of a folded series in prov.json: what `seriesRecords` and `renderRecord` give, without a record in between.
 * Ten ranks of a thousand make ten thousand of them, and in a busy run all change between two flushes.
 */
export function influenceLine(view: View, key: string): string {
  const { state, tallies } = view
  const series = state.series.get(key)
  const metric = series === undefined ? undefined : state.metrics.get(series.metricKey)
  if (series === undefined || metric === undefined) return ''
  const maker = makerName(view, series.rankKey, series.contextKey)
  const slots = series.slots.map(({ slot }) => slot)
  const s = statisticsOf(tallies, slots)
  const pieces = [
    '    "run:',
    series.id,
    '": {"prov:influencee":"run:',
    metric.id,
    '","prov:influencer":"run:',
    maker.local,
  ]
  if (s === undefined) pieces.push('","provloom:rows":0}')
  else {
    pieces.push('","provloom:rows":', integer(s.rows))
    if (s.nan > 0) pieces.push(',"provloom:nanRows":', integer(s.nan))
    if (s.infinite > 0) pieces.push(',"provloom:infiniteRows":', integer(s.infinite))
    if (s.min !== undefined) pieces.push(',"provloom:min":', double(s.min))
    if (s.max !== undefined) pieces.push(',"provloom:max":', double(s.max))
    if (s.mean !== undefined) pieces.push(',"provloom:mean":', double(s.mean))
    pieces.push(',"provloom:last":', double(s.last))
    pieces.push(
      ',"provloom:firstStep":',
      integer(s.firstStep),
      ',"provloom:lastStep":',
      integer(s.lastStep),
      '}',
    )
  }
  // Joined, the text is one piece; added up, it is a tree of pieces until it is encoded: twice the garbage collection.
  return pieces.join('')
}

function integer(value: number): string {
  if (value > -(2 ** 31) && value < 2 ** 31) return String(value === 0 ? 0 : value)
  return `{"$":"${BigInt(value)}","type":"${Math.abs(value) < 2 ** 63 || value === -(2 ** 63) ? 'xsd:long' : 'xsd:integer'}"}`
}

function double(value: number): string {
  if (value - value !== 0)
    return `{"$":"${Number.isNaN(value) ? 'NaN' : value > 0 ? 'INF' : '-INF'}","type":"xsd:double"}`
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const digits = String(value)
  return Number.isInteger(value) && !digits.includes('e') ? `${digits}.0` : digits
}
