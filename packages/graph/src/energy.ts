import { countedRanks } from './render/watchers.ts'
import type { HostState, RunState } from './state.ts'

/**
 * What the ranks of a machine told of one device, together. Agents that watch one after the other each count from when they
 * began, and of those that watched at once one counts; where nobody was told to watch, all ranks of an attempt see the same.
 */
export function totalOf(state: RunState, host: HostState, values: ReadonlyMap<string, number>): number {
  const isTold = [...host.watchers.values()].some(({ told }) => told)
  const counted = countedRanks(state, host)
  const groups = new Map<string, number>()
  for (const [rankKey, value] of values) {
    if (counted?.has(rankKey) === false) continue
    const group = isTold ? rankKey : rankKey.slice(rankKey.indexOf('.'))
    groups.set(group, Math.max(groups.get(group) ?? 0, value))
  }
  let sum = 0
  for (const [, value] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) sum += value
  return sum
}
