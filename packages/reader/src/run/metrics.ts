import type { HeadMetric } from '@provloom/rundir'
import { limits } from '@provloom/shared'
import type { RunMetric, RunQuery } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { metricOfRows } from '../measured.ts'
import { metricId, metricWords, metricsMeant } from '../metric-id.ts'

/** Metrics of a run, those of its head first. Of the others only how many points there are is known. */
export class RunMetrics {
  readonly #others = new Map<string, { readonly writtenMs: number; readonly metrics: readonly RunMetric[] }>()

  async all(run: KnownRun): Promise<readonly RunMetric[]> {
    const { head } = run.file
    const shown = (head?.metrics.shown ?? []).map(ofHead)
    if (head !== undefined && head.metrics.more === 0) return shown
    const kept = this.#others.get(run.directory)
    const others = kept?.writtenMs === run.writtenMs ? kept.metrics : await counted(run)
    this.#others.set(run.directory, { writtenMs: run.writtenMs, metrics: others })
    const known = new Set(shown.map(({ id }) => id))
    return [...shown, ...others.filter(({ id }) => !known.has(id))]
  }
}

/** Those that a run's record does not name yet are looked for among its points. */
export async function metricsNow(
  known: RunMetrics,
  run: KnownRun,
  name: string,
): Promise<readonly RunMetric[]> {
  // Named in full it is known from the record, and no other has that name.
  const shown = (run.file.head?.metrics.shown ?? []).map(ofHead)
  if (shown.some((one) => one.id === name || metricWords(one) === name)) return shown
  const all = await known.all(run)
  return run.finished || metricsMeant(all, name).length > 0 ? all : counted(run)
}

export interface MetricPage {
  readonly metrics: readonly RunMetric[]
  readonly metricsTotal: number
  readonly metricsCursor?: string
}

export function pageOf(all: readonly RunMetric[], { prefix = '', limit, after }: RunQuery): MetricPage {
  const meant = all.filter((one) => begins(one, prefix))
  const begin = after === undefined ? 0 : meant.findIndex(({ id }) => id === after) + 1
  const metrics = meant.slice(begin, begin + (limit ?? limits.runsShownDefault))
  const last = metrics.at(-1)
  const more = last !== undefined && begin + metrics.length < meant.length
  return { metrics, metricsTotal: meant.length, ...(more ? { metricsCursor: last.id } : {}) }
}

/** At its begin, or at that of a part of it. */
function begins(metric: RunMetric, prefix: string): boolean {
  if (prefix === '' || metric.id.startsWith(prefix)) return true
  const [words, wanted] = [metricWords(metric).toLowerCase(), prefix.toLowerCase()]
  return words.startsWith(wanted) || ['/', '.', '_'].some((mark) => words.includes(`${mark}${wanted}`))
}

function ofHead(metric: HeadMetric): RunMetric {
  return { id: metricId(metric), ...metric }
}

async function counted(run: KnownRun): Promise<RunMetric[]> {
  const found = new Map<string, RunMetric & { readonly of: Set<number> }>()
  for (const { ranks, points, ...rows } of await run.metrics()) {
    if (points === 0) continue
    const { key, context, source, measured } = metricOfRows(rows)
    const id = metricId({ key, context, source })
    const known = found.get(id)
    const of = new Set([...(known?.of ?? []), ...ranks])
    found.set(id, {
      id,
      key,
      ...(typeof context === 'string' ? { context } : {}),
      ...(typeof source === 'string' ? { source } : {}),
      ...(measured === undefined ? {} : { measured }),
      ranks: of.size,
      points: points + (known?.points ?? 0),
      of,
    })
  }
  return [...found.values()].map(({ of: _of, ...metric }) => metric)
}
