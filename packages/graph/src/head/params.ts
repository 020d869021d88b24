import type { HeadParam } from '@provloom/rundir/entry'
import { ownerRank } from '../links.ts'
import type { EventOf, RunState, SharedState } from '../state.ts'
import { headNumber, headText } from './shown.ts'

/** Parameters in the order in which they were logged; of one that ranks logged differently, the first value. */
export function headParams(state: RunState): HeadParam[] {
  return [...state.params.values()].flatMap((values) => paramsOf(state, values))
}

/** One, or none where it is known of no rank. */
export function paramsOf(state: RunState, members: readonly string[]): HeadParam[] {
  const one = paramOf(state, members)
  return one === undefined ? [] : [one]
}

function paramOf(state: RunState, members: readonly string[]): HeadParam | undefined {
  const values = members.flatMap((key) => state.shared.get(key) ?? [])
  const [first] = values
  if (first?.facts.type !== 'param') return undefined
  const { key, context } = first.facts
  const value = valueOf(first.facts)
  const shown = typeof value === 'string' ? headText(value) : value
  return {
    name: key,
    ...(context === undefined ? {} : { context }),
    value: shown,
    ...(shown === value ? {} : { cut: true as const }),
    ranks: ranksOf(state, values),
    ...(values.length === 1 ? {} : { values: values.length }),
    ...(first.direction === 'output' ? { direction: 'output' as const } : {}),
  }
}

/** Of all its values and attempts, each once. */
function ranksOf(state: RunState, values: readonly SharedState[]): number {
  const keys = values.flatMap(({ members }) => [...members.keys()])
  return new Set(keys.map((key) => ownerRank(state, key)?.rank)).size
}

/** An integer that no number holds exactly stays text. */
function valueOf({ valueType, value }: EventOf<'param'>): HeadParam['value'] {
  switch (valueType) {
    case 'int':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value
    case 'float':
      return floatOf(value)
    case 'bool':
      return value.toLowerCase() === 'true' || value === '1'
    case 'null':
      return null
    case 'str':
    case 'json':
    case 'time':
      return value
  }
}

/** As PROV spells them, `INF` and `NaN`. */
function floatOf(value: string): HeadParam['value'] {
  const spelt = value.replace(/^([+-]?)inf(?:inity)?$/i, '$1Infinity').replace(/^nan$/i, 'NaN')
  const number = Number(spelt)
  return Number.isNaN(number) && spelt !== 'NaN' ? value : headNumber(number)
}
