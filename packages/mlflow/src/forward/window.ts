import type { Metric, Pair } from '../record.ts'
import type { Entry } from './entry.ts'
import { runKey } from './entry.ts'

/** What is said of one run in one request: as much as MLflow's server takes at once. */
export interface Batch {
  readonly key: string
  readonly runId: string
  readonly metrics: Metric[]
  readonly params: Map<string, string>
  readonly tags: Map<string, string>
}

export const metricsAtOnce = 1_000
export const pairsAtOnce = 100

/**
 * The first entries that can be said together: values, params and tags of any runs, each run's in one request; how many
 * entries that are, at least one unless the first is something else.
 */
export function windowOf(entries: readonly Entry[]): {
  readonly count: number
  readonly batches: Batch[]
} {
  const batches = new Map<string, Batch>()
  let count = 0
  for (const entry of entries) {
    const said = pointsOf(entry)
    if (said === undefined) break
    const { rank, runId, metrics, params, tags } = said
    const key = runKey(runId, rank)
    const batch: Batch = batches.get(key) ?? { key, runId, metrics: [], params: new Map(), tags: new Map() }
    const isFull =
      batch.metrics.length + metrics.length > metricsAtOnce ||
      batch.params.size + params.length > pairsAtOnce ||
      batch.tags.size + tags.length > pairsAtOnce ||
      params.some((one) => batch.params.has(one.key)) ||
      tags.some((one) => batch.tags.has(one.key))
    if (isFull && count > 0) break
    batches.set(key, batch)
    batch.metrics.push(...metrics)
    for (const one of params) batch.params.set(one.key, one.value)
    for (const one of tags) batch.tags.set(one.key, one.value)
    count++
  }
  return { count, batches: [...batches.values()] }
}

interface Points {
  readonly rank: number
  readonly runId: string
  readonly metrics: readonly Metric[]
  readonly params: readonly Pair[]
  readonly tags: readonly Pair[]
}

function pointsOf(entry: Entry): Points | undefined {
  if (entry.kind !== 'said') return undefined
  const { rank, said } = entry
  const nothing = { metrics: [], params: [], tags: [] }
  if (said.kind === 'metrics') return { ...nothing, rank, runId: said.runId, metrics: said.metrics }
  if (said.kind === 'params') return { ...nothing, rank, runId: said.runId, params: said.params }
  if (said.kind === 'tags') return { ...nothing, rank, runId: said.runId, tags: said.tags }
  return undefined
}
