import { keyOf } from './name.ts'
import type { RunState, SeriesState } from './state.ts'

/**
 * Series as a snapshot holds them: there are ten thousand where there are a thousand of anything else, so they name
 * rank or machine, context and metric by their places. `[id, metric, owner, context or -1, stream, slot, stream, slot, ...]`.
 * Machines are behind the ranks.
 */
export function seriesRows(state: RunState): unknown[][] {
  const metrics = places(state.metrics)
  const owners = places(new Map<string, unknown>([...state.ranks, ...state.hosts]))
  const contexts = places(state.contexts)
  return [...state.series.values()].map((series) => [
    series.id,
    metrics.get(series.metricKey),
    owners.get(series.ownerKey),
    series.contextKey === undefined ? -1 : contexts.get(series.contextKey),
    ...series.slots.flatMap(({ stream, slot }) => [stream, slot]),
  ])
}

/** @throws {TypeError} for rows that `seriesRows` never made of such a state */
export function seriesOfRows(
  rows: unknown,
  state: Pick<RunState, 'metrics' | 'ranks' | 'hosts' | 'contexts'>,
): Map<string, SeriesState> {
  const [metrics, owners, contexts] = [
    [...state.metrics.keys()],
    [...state.ranks.keys(), ...state.hosts.keys()],
    [...state.contexts.keys()],
  ]
  const series = new Map<string, SeriesState>()
  if (!Array.isArray(rows)) throw new TypeError('saved series are a list')
  for (const row of rows) {
    if (!Array.isArray(row)) throw new TypeError('a saved series is a list')
    const [id, metric, owner, context, ...flat]: unknown[] = row
    const [metricKey, ownerKey] = [metrics[Number(metric)], owners[Number(owner)]]
    if (typeof id !== 'string' || metricKey === undefined || ownerKey === undefined)
      throw new TypeError('a saved series is not whole')
    const contextKey = context === -1 ? undefined : contexts[Number(context)]
    series.set(keyOf(ownerKey, metricKey), { id, metricKey, ownerKey, contextKey, slots: slotsOf(flat) })
  }
  return series
}

function slotsOf(flat: readonly unknown[]): SeriesState['slots'] {
  const slots: SeriesState['slots'] = []
  for (let i = 0; i + 1 < flat.length; i += 2)
    slots.push({ stream: String(flat[i]), slot: Number(flat[i + 1]) })
  return slots
}

function places(map: ReadonlyMap<string, unknown>): ReadonlyMap<string, number> {
  return new Map([...map.keys()].map((key, place) => [key, place]))
}
