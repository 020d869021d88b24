import { pack, unpack } from '@provloom/shared'
import { fromPlain, toPlain } from './plain.ts'
import { seriesOfRows, seriesRows } from './series-rows.ts'
import { emptyState } from './state.ts'
import type { RunState } from './state.ts'
import { Tallies } from './tally.ts'

const format = 1

export interface Loaded {
  readonly state: RunState
  readonly tallies: Tallies
}

/** State as MessagePack: `[format, state, series, identifiers, statistics]`. */
export function saveState(state: RunState, tallies: Tallies): Uint8Array {
  const { series: _series, ids, ...rest } = state
  return pack([format, toPlain(rest), seriesRows(state), [...ids.keys()].join('\n'), toPlain(tallies.save())])
}

/** @throws {TypeError} when the bytes are damaged or of another format */
export function loadState(saved: Uint8Array): Loaded {
  const parts = unpack(saved)
  if (!Array.isArray(parts) || parts[0] !== format)
    throw new TypeError('the saved graph is of another format')
  const [, rest, rows, ids, tallies]: unknown[] = parts
  const fields = fromPlain(rest)
  if (typeof fields !== 'object' || fields === null || typeof ids !== 'string')
    throw new TypeError('the saved graph holds no state')
  // Written by saveState of this format, so it has this shape; what was undefined is absent.
  const state: RunState = { ...emptyState(), ...fields }
  const series = seriesOfRows(rows, state)
  const taken = new Map(ids === '' ? [] : ids.split('\n').map((id) => [id, true as const]))
  return { state: { ...state, series, ids: taken }, tallies: new Tallies(columnsOf(fromPlain(tallies))) }
}

function columnsOf(value: unknown): ReadonlyMap<string, Float64Array> {
  const columns = new Map<string, Float64Array>()
  if (!(value instanceof Map)) throw new TypeError('the saved graph holds no statistics')
  for (const [name, column] of value) {
    if (typeof name === 'string' && column instanceof Float64Array) columns.set(name, column)
  }
  return columns
}
