import { metricId, metricWords, theMetric } from '../../metric-id.ts'
import type { MetricName } from '../../metric-id.ts'
import type { PaceFacts, RankFacts } from '../facts.ts'
import { median } from '../pace.ts'
import { hostsOf } from '../slow-group.ts'
import { laggardsOf } from '../slow.ts'
import { longOf, tableOfLong, whichOf, withExact } from './long.ts'
import type { Long, Sources } from './long.ts'
import { tableOf } from './table.ts'
import type { Table } from './table.ts'

/** What the step timers of the clients write (docs/metrics.md). */
const timer = { key: 'compute_time', wait: 'wait_time', source: 'step' } as const

/** Steps that all ranks have, so that an interval or an arrival means something. */
const pacedMin = 8

/** The last columns, of which is known how long a step took: somewhat more than are looked at. */
const columnsTimed = 64
/** Of points so many may be logged before all have come to the step before, where they wait for each other. */
const earlyMax = 0.02
/** Buckets that are read step by step, to see since when ranks are slow. */
const closerMax = 4

type PacedMetric = MetricName & { readonly points?: number }

/**
 * What tells how long each rank takes for a step: a metric that is named; else the computing time of the step timer, with
 * what the rank waited for its data; else when it logged. Of a long run the last steps are looked at one by one, and those
 * in which ranks began to be slow; the others in buckets.
 *
 * @param metrics of the run, those that users log before others
 * @throws {ProvloomError} `METRIC_UNKNOWN` for one that is named
 */
export async function paceOf(
  sources: Sources,
  metrics: readonly PacedMetric[],
  ranks: readonly RankFacts[],
  named: string | undefined,
): Promise<PaceFacts | undefined> {
  if (named !== undefined) {
    const metric = theMetric(metrics, named)
    return closer(sources, [metric], ranks, ([table]) =>
      table!.steps.length === 0
        ? undefined
        : { ...plain(table!, ranks), kind: 'named', metric: metricId(metric) },
    )
  }
  const compute =
    metrics.find(({ key, source }) => key === timer.key && source === timer.source) ??
    metrics.find(({ key }) => key === timer.key)
  if (compute !== undefined) {
    const waits = (source: string): PacedMetric[] =>
      metrics
        .filter((one) => one.key === timer.wait && one.source === source)
        .filter((one) => (one.context ?? null) === (compute.context ?? null))
        .slice(0, 1)
    const [data, between] = [waits('data'), waits('between')]
    return closer(sources, [compute, ...data, ...between], ranks, ([own, ...others]) =>
      computed(
        compute,
        ranks,
        own!,
        data.length > 0 ? others[0] : undefined,
        between.length > 0 ? others.at(-1) : undefined,
      ),
    )
  }
  const loggers = metrics.filter(({ source }) => source === undefined || source === null)
  for (const metric of loggers.slice(0, 4)) {
    const found = await closer(sources, [metric], ranks, ([table]) =>
      table!.steps.length < pacedMin ? undefined : arrived(table!, ranks, metric),
    )
    if (found !== undefined) return found
  }
  return undefined
}

/** What people call the time that a part of a step takes; not that of the whole run, or of an epoch. */
const timeNames = /(?:^|[^a-z])(?:time|seconds|secs|duration|latency|ms)(?:$|[^a-z])/i
const otherTimes = /total|wall|epoch|elapsed|since|eta|remaining|stamp|wait/i

/** Of metrics that users log the first that seems to tell how long a rank takes for a step. */
export function paceLikeOf(metrics: readonly PacedMetric[]): string | undefined {
  const found = metrics.find(
    ({ key, source }) =>
      (source === undefined || source === null) && timeNames.test(key) && !otherTimes.test(key),
  )
  return found === undefined ? undefined : metricWords(found)
}

/** What follows from the points of some metrics. Of too many points the first one's are looked at where ranks began to be slow. */
async function closer(
  sources: Sources,
  metrics: readonly PacedMetric[],
  ranks: readonly RankFacts[],
  of: (tables: readonly Table[]) => PaceFacts | undefined,
): Promise<PaceFacts | undefined> {
  const read = (metric: PacedMetric): Promise<Table> => tableOf(sources.points(whichOf(metric)))
  const known: (Table | Long)[] = []
  for (const metric of metrics) known.push((await longOf(sources, metric)) ?? (await read(metric)))
  const [first, ...others] = known
  if (first === undefined) return undefined
  const rest = others.map((one) => ('buckets' in one ? tableOfLong(one) : one))
  if (!('buckets' in first)) return of([first, ...rest])
  const pace = of([tableOfLong(first), ...rest])
  const { steps, widths } = pace ?? {}
  if (pace === undefined || steps === undefined || widths === undefined) return pace
  const begins = new Set(laggardsOf(pace, hostsOf({ ranks })).map(({ since }) => since))
  const wide = [...begins].filter((at) => widths[at]! > 1).slice(0, closerMax)
  let long = first
  for (const at of wide) {
    // It may have begun in the bucket before, whose mean it hardly moved.
    const around = { from: steps[Math.max(0, at - 1)]!, to: steps[at]! + widths[at]! }
    long = await withExact(sources.points, long, around)
  }
  return wide.length === 0 ? pace : of([tableOfLong(long), ...rest])
}

function plain(table: Table, ranks: readonly RankFacts[]): Omit<PaceFacts, 'kind' | 'metric'> {
  const { inStep } = stepsTogether(table, ranks)
  return {
    inStep,
    interval: intervalsOf(table),
    ranks: table.ranks,
    steps: table.steps,
    widths: table.widths,
    own: table.value,
    data: new Float64Array(table.value.length),
    whole: wholeOf(table, Math.max(0, table.steps.length - columnsTimed)),
  }
}

function computed(
  compute: MetricName,
  ranks: readonly RankFacts[],
  table: Table,
  dataWaits: Table | undefined,
  betweenWaits: Table | undefined,
): PaceFacts {
  const data = dataWaits === undefined ? undefined : fitted(dataWaits, table)
  const between = betweenWaits === undefined ? undefined : fitted(betweenWaits, table)
  const own = table.value.map(
    (value, i) => value + (data === undefined || Number.isNaN(data[i]) ? 0 : data[i]!),
  )
  return {
    ...plain(table, ranks),
    kind: 'compute',
    metric: metricId(compute),
    own,
    data: data ?? new Float64Array(table.value.length),
    ...(between === undefined ? {} : { between }),
  }
}

/** The cells of a table in the order of another one's; a step of a bucket has what the bucket has. */
function fitted(from: Table, to: Table): Float64Array {
  const rows = new Map(from.ranks.map((rank, row) => [rank, row]))
  const columns = Array.from(to.steps, (step) => columnOf(from, step))
  const cells = new Float64Array(to.value.length).fill(NaN)
  for (const [row, rank] of to.ranks.entries()) {
    const theirs = rows.get(rank)
    if (theirs === undefined) continue
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at]!
      if (column >= 0) cells[row * to.steps.length + at] = from.value[theirs * from.steps.length + column]!
    }
  }
  return cells
}

/** -1 where it has none. */
function columnOf({ steps, widths }: Table, step: number): number {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (steps[middle]! <= step) low = middle + 1
    else high = middle
  }
  const at = low - 1
  return at >= 0 && step < steps[at]! + (widths?.[at] ?? 1) ? at : -1
}

/** From a step to the next, seconds: the median over ranks of how far their points are apart. */
function wholeOf({ ranks, steps, time }: Table, from: number): Float64Array {
  return steps.map((_, at) => {
    if (at === 0 || at < from) return NaN
    const apart = Float64Array.from(
      ranks,
      (__, row) => time[row * steps.length + at]! - time[row * steps.length + at - 1]!,
    )
    return median(apart.filter((one) => !Number.isNaN(one))) / 1e6 / (steps[at]! - steps[at - 1]!)
  })
}

/** Of each rank what passed a step since its own point before. */
function intervalsOf({ ranks, steps, time }: Table): Float64Array {
  const interval = new Float64Array(time.length).fill(NaN)
  for (const row of ranks.keys()) {
    let before = -1
    for (const at of steps.keys()) {
      const now = time[row * steps.length + at]!
      if (Number.isNaN(now)) continue
      if (before >= 0)
        interval[row * steps.length + at] =
          (now - time[row * steps.length + before]!) / 1e6 / (steps[at]! - steps[before]!)
      before = at
    }
  }
  return interval
}

interface Together {
  /** How long each took from when all had come to the step before, seconds. */
  readonly arrivals: Float64Array
  readonly inStep: boolean | undefined
  /** How wrong they may be. */
  readonly blurSeconds: number
}

/** Whether ranks go from step to step together, by the clocks of their machines as far as these are known. */
function stepsTogether(table: Table, ranks: readonly RankFacts[]): Together {
  const clocks = new Map(ranks.map(({ rank, clock }) => [rank, clock]))
  const { steps, time } = table
  const arrivals = new Float64Array(time.length).fill(NaN)
  let [last, early, counted] = [NaN, 0, 0]
  for (const at of steps.keys()) {
    let latest = NaN
    for (const [row, rank] of table.ranks.entries()) {
      const arrival = time[row * steps.length + at]! - (clocks.get(rank)?.offsetUs ?? 0)
      if (Number.isNaN(arrival)) continue
      arrivals[row * steps.length + at] = (arrival - last) / 1e6
      counted++
      if (arrival <= last) early++
      latest = Number.isNaN(latest) ? arrival : Math.max(latest, arrival)
    }
    last = latest
  }
  const step = median(wholeOf(table, 0).filter((one) => Number.isFinite(one)))
  const blurSeconds = blurOf(table, clocks)
  const isKnown = table.ranks.length > 1 && steps.length >= pacedMin && blurSeconds < step / 2
  return { arrivals, blurSeconds, inStep: isKnown ? early < earlyMax * counted : undefined }
}

/**
 * How long each took from when all had come to the step before: where all log before they wait for each other, who is slow
 * logs last. It means something only where the clocks of their machines are known well enough, and ranks go in lockstep;
 * else there are but intervals, which in lockstep are the same for all.
 */
function arrived(table: Table, ranks: readonly RankFacts[], metric: MetricName): PaceFacts {
  const { steps } = table
  const whole = wholeOf(table, 0)
  const { arrivals, inStep, blurSeconds } = stepsTogether(table, ranks)
  const step = median(whole.filter((one) => Number.isFinite(one)))
  const interval = intervalsOf(table)
  const isTold = inStep === true && blurSeconds < step * 0.02
  return {
    kind: isTold ? 'arrival' : 'interval',
    metric: metricId(metric),
    ranks: table.ranks,
    steps,
    widths: table.widths,
    own: isTold ? arrivals : interval,
    data: new Float64Array(arrivals.length),
    whole,
    interval,
    inStep,
  }
}

/** How wrong the distance of two arrivals may be, seconds; of one machine not at all. */
function blurOf({ ranks }: Table, clocks: ReadonlyMap<number, RankFacts['clock']>): number {
  const hosts = new Set(ranks.map((rank) => clocks.get(rank)?.host))
  const most = (): number => Math.max(...ranks.map((rank) => clocks.get(rank)?.uncertaintyUs ?? Infinity))
  return hosts.size < 2 ? 0 : (2 * most()) / 1e6
}
