import type { RunMetric } from '@provloom/reader'
import { groupOf, isSampled } from './metric.ts'

export type TreeRow =
  | { readonly kind: 'group'; readonly name: string; readonly count: number }
  | { readonly kind: 'metric'; readonly metric: RunMetric }

/** Metrics below what they belong to, pinned and wanted ones above all; what agents measure comes last. */
export function grouped(
  metrics: readonly RunMetric[],
  pins: readonly string[],
  wanted: readonly string[] = [],
): TreeRow[] {
  const top = [...new Set([...wanted, ...pins])].flatMap(
    (id) => metrics.find((one) => isMeant(one, id)) ?? [],
  )
  const groups = new Map<string, RunMetric[]>()
  for (const one of metrics) {
    if (top.includes(one)) continue
    const name = groupOf(one)
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  const sorted = [...groups].sort(([, a], [, b]) => Number(isMeasured(a[0])) - Number(isMeasured(b[0])))
  return [
    ...(top.length === 0 ? [] : rowsOf('pinned', top)),
    ...sorted.flatMap(([name, of]) => rowsOf(name, of)),
  ]
}

function isMeasured(one: RunMetric | undefined): boolean {
  return one !== undefined && isSampled(one)
}

function rowsOf(name: string, of: readonly RunMetric[]): TreeRow[] {
  return [
    { kind: 'group', name, count: of.length },
    ...of.map((metric) => ({ kind: 'metric' as const, metric })),
  ]
}

/** By its id, or as an address written by hand says it. */
function isMeant({ id, key, context }: RunMetric, said: string): boolean {
  return id === said || key === said || `${context}.${key}` === said
}
