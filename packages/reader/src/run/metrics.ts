import type { HeadMetric, MetricCount } from '@provloom/rundir'
import { limits } from '@provloom/shared'
import type { RunMetric, RunQuery } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { metricOfRows } from '../measured.ts'
import { metricId, metricWords, metricsMeant } from '../metric-id.ts'
import { readOr } from '../unread.ts'

/** The first metrics of a run, and how to know the others: of these only how many points there are is known. */
export interface KnownMetrics {
  /** Those of its record, in the order of its head: who tells the pace is among them, if any does. */
  readonly first: readonly RunMetric[]
  /** How many others the record knows of. */
  readonly more: number
  /** Of these keys. */
  readonly ofKeys: (keys: readonly string[]) => Promise<readonly RunMetric[]>
  /** Those of the record first. Of ten thousand the others are counted for a second. */
  readonly all: () => Promise<readonly RunMetric[]>
}

/** Metrics of runs. What is counted is kept until their record is written anew. */
export class RunMetrics {
  readonly #others = new Map<string, { readonly writtenMs: number; readonly metrics: readonly RunMetric[] }>()

  of(run: KnownRun): KnownMetrics {
    const { head } = run.file
    const first = (head?.metrics.shown ?? []).map(ofHead)
    const known = new Set(first.map(({ id }) => id))
    const more = head?.metrics.more ?? 0
    const areAll = head !== undefined && more === 0
    const withOthers = (others: readonly RunMetric[]): RunMetric[] => [
      ...first,
      ...others.filter(({ id }) => !known.has(id)),
    ]
    return {
      first,
      more,
      ofKeys: async (keys) => {
        const found = areAll ? first : withOthers(await ofKeys(run, keys))
        return found.filter(({ key }) => keys.includes(key))
      },
      all: async () => (areAll ? first : withOthers(await this.#counted(run))),
    }
  }

  async #counted(run: KnownRun): Promise<readonly RunMetric[]> {
    const kept = this.#others.get(run.directory)
    const metrics = kept?.writtenMs === run.writtenMs ? kept.metrics : together(await run.metrics())
    this.#others.set(run.directory, { writtenMs: run.writtenMs, metrics })
    return metrics
  }
}

/** Those that a run's record does not name yet are looked for among its points. */
export async function metricsNow(
  known: RunMetrics,
  run: KnownRun,
  name: string,
): Promise<readonly RunMetric[]> {
  const { first, all } = known.of(run)
  // Named in full it is known from the record, and no other has that name.
  if (first.some((one) => one.id === name || metricWords(one) === name)) return first
  const metrics = await all()
  return run.finished || metricsMeant(metrics, name).length > 0 ? metrics : together(await run.metrics())
}

export interface MetricPage {
  readonly metrics: readonly RunMetric[]
  readonly metricsTotal: number
  readonly metricsCursor?: string
}

/** The first page of many metrics, unless it is to be a large one, is what the record has of them: nothing is counted for it. */
export async function pageOf(
  { first, more, all }: KnownMetrics,
  { prefix = '', limit = limits.runsShownDefault, after }: RunQuery,
): Promise<MetricPage> {
  const isFirst = prefix === '' && after === undefined
  if (isFirst && first.length > 0 && limit <= Math.max(first.length, limits.runsShownDefault))
    return page(first.slice(0, limit), first.length + more, more > 0 || first.length > limit)
  // That points cannot be read is told by why; who looks for one among them is told here.
  const meant = (await (isFirst ? readOr(all(), first, []) : all())).filter((one) => begins(one, prefix))
  const begin = after === undefined ? 0 : meant.findIndex(({ id }) => id === after) + 1
  return page(meant.slice(begin, begin + limit), meant.length, begin + limit < meant.length)
}

function page(metrics: readonly RunMetric[], metricsTotal: number, isMore: boolean): MetricPage {
  const last = metrics.at(-1)
  return { metrics, metricsTotal, ...(isMore && last !== undefined ? { metricsCursor: last.id } : {}) }
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

async function ofKeys(run: KnownRun, keys: readonly string[]): Promise<RunMetric[]> {
  const found: RunMetric[] = []
  for (const key of keys) {
    const series = await run.series({ key })
    found.push(...together(series.map(({ rank, ...one }) => ({ ...one, ranks: new Set([rank]) }))))
  }
  return found
}

/** Rows of several machines are one metric. */
function together(all: Iterable<MetricCount>): RunMetric[] {
  const found = new Map<string, RunMetric & { readonly of: Set<number> }>()
  for (const { ranks, points, ...rows } of all) {
    if (points === 0) continue
    const { key, context, source, measured } = metricOfRows(rows)
    const id = metricId({ key, context, source })
    const known = found.get(id)
    const of = known?.of ?? new Set()
    for (const rank of ranks) of.add(rank)
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
