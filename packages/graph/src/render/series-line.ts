import type { Lines } from '../sheet.ts'
import type { SeriesState } from '../state.ts'
import { statisticsOf } from '../statistics.ts'
import type { Statistics } from '../statistics.ts'
import { bounded } from './facts.ts'
import { ownerName } from './names.ts'
import { relationKey } from './relation-key.ts'
import { madeBy, seriesOf } from './series.ts'
import type { Found } from './series.ts'
import { termName } from './term.ts'
import type { View } from './view.ts'

/**
 * The lines of a series that users log: what `seriesRecords` and `renderRecord` give, without a record in between. Ten of
 * a thousand ranks are ten thousand of them, and in a busy run all change between two flushes.
 */
export function evaluationLines(view: View, key: string): readonly Lines[] | undefined {
  const found = seriesOf(view, key)
  if (found === undefined) return []
  const { series, metric } = found
  if (metric.measures !== undefined) return undefined
  const { entity, generation } = steadyOf(view, found)
  const slots = series.slots.map(({ slot }) => slot)
  const pieces = [entity]
  tell(pieces, statisticsOf(view.tallies, slots))
  if (metric.unit !== undefined) pieces.push(',"provloom:unit":', quoted(metric.unit))
  pieces.push('}')
  // Joined, the text is one piece; added up, it is a tree of pieces until it is encoded: twice the garbage collection.
  const lines: Lines[] = [{ kind: 'entity', text: pieces.join('') }]
  const made = madeBy(view, series, metric)
  if (made === undefined) return lines
  const time = made.time === undefined ? '}' : `,"prov:time":"${made.time}"}`
  lines.push({ kind: 'wasGeneratedBy', text: generation + time })
  return lines
}

/** What of the lines never changes, as long as a series is there. */
interface Steady {
  readonly entity: string
  readonly generation: string
}

const known = new WeakMap<SeriesState, Steady>()

function steadyOf(view: View, { id, series, metric }: Found): Steady {
  const before = known.get(series)
  if (before !== undefined) return before
  const maker = ownerName(view, series.contextKey ?? series.ownerKey).local
  const term = termName(view, `m${metric.key}`).local
  const made = {
    entity: `"run:${id}":{"prov:label":${quoted(metric.key)},"prov:type":{"$":"mls:ModelEvaluation","type":"prov:QUALIFIED_NAME"},"mls:specifiedBy":{"$":"user:${term}","type":"prov:QUALIFIED_NAME"}`,
    generation: `"${relationKey(`${id}~${maker}`)}":{"prov:entity":"run:${id}","prov:activity":"run:${maker}"`,
  }
  known.set(series, made)
  return made
}

function tell(pieces: string[], s: Statistics | undefined): void {
  if (s === undefined) {
    pieces.push(',"provloom:rows":0')
    return
  }
  pieces.push(',"mls:hasValue":', double(s.last), ',"provloom:first":', double(s.first))
  pieces.push(',"provloom:rows":', integer(s.rows))
  if (s.nan > 0) pieces.push(',"provloom:nanRows":', integer(s.nan))
  if (s.infinite > 0) pieces.push(',"provloom:infiniteRows":', integer(s.infinite))
  if (s.min !== undefined) pieces.push(',"provloom:min":', double(s.min))
  if (s.max !== undefined) pieces.push(',"provloom:max":', double(s.max))
  if (s.mean !== undefined) pieces.push(',"provloom:mean":', double(s.mean))
  pieces.push(',"provloom:firstStep":', integer(s.firstStep), ',"provloom:lastStep":', integer(s.lastStep))
}

function quoted(words: string): string {
  return JSON.stringify(bounded(words))
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
