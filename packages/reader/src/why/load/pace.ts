import { metricId, theMetric } from '../../metric-id.ts'
import type { MetricName } from '../../metric-id.ts'
import type { PaceFacts, RankFacts } from '../facts.ts'
import { median } from '../pace.ts'
import { tableOf } from './table.ts'
import type { PointSource, Table } from './table.ts'

/** What the step timers of the clients write (docs/metrics.md). */
const timer = { key: 'compute_time', wait: 'wait_time', source: 'step' } as const

/** Steps that all ranks have, so that an interval or an arrival means something. */
const pacedMin = 8

/**
 * What tells how long each rank takes for a step: a metric that is named; else the computing time of the step timer, with
 * what the rank waited for its data; else when it logged.
 *
 * @param metrics of the run, those that users log before others
 * @throws {ProvloomError} `METRIC_UNKNOWN` for one that is named
 */
export async function paceOf(
  points: PointSource,
  metrics: readonly MetricName[],
  ranks: readonly RankFacts[],
  named: string | undefined,
): Promise<PaceFacts | undefined> {
  if (named !== undefined) {
    const metric = theMetric(metrics, named)
    const table = await read(points, metric)
    return table.steps.length === 0 ? undefined : { ...plain(table), kind: 'named', metric: metricId(metric) }
  }
  const compute =
    metrics.find(({ key, source }) => key === timer.key && source === timer.source) ??
    metrics.find(({ key }) => key === timer.key)
  if (compute !== undefined) return computed(points, metrics, compute)
  const loggers = metrics.filter(({ source }) => source === undefined || source === null)
  for (const metric of loggers.slice(0, 4)) {
    const table = await read(points, metric)
    if (table.steps.length >= pacedMin) return arrived(table, ranks, metric)
  }
  return undefined
}

async function read(points: PointSource, { key, context, source }: MetricName): Promise<Table> {
  return tableOf(points({ key, context: context ?? null, source: source ?? null }))
}

function plain(table: Table): Omit<PaceFacts, 'kind' | 'metric'> {
  return {
    ranks: table.ranks,
    steps: table.steps,
    own: table.value,
    data: new Float64Array(table.value.length),
    whole: wholeOf(table),
  }
}

async function computed(
  points: PointSource,
  metrics: readonly MetricName[],
  compute: MetricName,
): Promise<PaceFacts> {
  const table = await read(points, compute)
  const waits = async (source: string): Promise<Float64Array | undefined> => {
    const there = metrics.find(
      (one) =>
        one.key === timer.wait &&
        one.source === source &&
        (one.context ?? null) === (compute.context ?? null),
    )
    return there === undefined ? undefined : fitted(await read(points, there), table)
  }
  const [data, between] = [await waits('data'), await waits('between')]
  const own = table.value.map(
    (value, i) => value + (data === undefined || Number.isNaN(data[i]) ? 0 : data[i]!),
  )
  return {
    ...plain(table),
    kind: 'compute',
    metric: metricId(compute),
    own,
    data: data ?? new Float64Array(table.value.length),
    ...(between === undefined ? {} : { between }),
  }
}

/** The cells of a table in the order of another one's. */
function fitted(from: Table, to: Table): Float64Array {
  const rows = new Map(from.ranks.map((rank, row) => [rank, row]))
  const columns = new Map([...from.steps].map((step, at) => [step, at]))
  const cells = new Float64Array(to.value.length).fill(NaN)
  for (const [row, rank] of to.ranks.entries()) {
    const theirs = rows.get(rank)
    if (theirs === undefined) continue
    for (const [at, step] of to.steps.entries()) {
      const column = columns.get(step)
      if (column !== undefined)
        cells[row * to.steps.length + at] = from.value[theirs * from.steps.length + column]!
    }
  }
  return cells
}

/** From a step to the next, seconds: the median over ranks of how far their points are apart. */
function wholeOf({ ranks, steps, time }: Table): Float64Array {
  return steps.map((_, at) => {
    if (at === 0) return NaN
    const apart = Float64Array.from(
      ranks,
      (__, row) => time[row * steps.length + at]! - time[row * steps.length + at - 1]!,
    )
    return median(apart.filter((one) => !Number.isNaN(one))) / 1e6 / (steps[at]! - steps[at - 1]!)
  })
}

/**
 * How long each took from when all had come to the step before: where all log before they wait for each other, who is slow
 * logs last. It means something only where the clocks of their machines are known well enough, and ranks go in lockstep;
 * else there are but intervals, which in lockstep are the same for all.
 */
function arrived(table: Table, ranks: readonly RankFacts[], metric: MetricName): PaceFacts {
  const clocks = new Map(ranks.map(({ rank, clock }) => [rank, clock]))
  const { steps, time } = table
  const whole = wholeOf(table)
  const own = new Float64Array(time.length).fill(NaN)
  let [last, early] = [NaN, 0]
  for (const at of steps.keys()) {
    let latest = NaN
    for (const [row, rank] of table.ranks.entries()) {
      const arrival = time[row * steps.length + at]! - (clocks.get(rank)?.offsetUs ?? 0)
      if (Number.isNaN(arrival)) continue
      own[row * steps.length + at] = (arrival - last) / 1e6
      if (arrival <= last) early++
      latest = Number.isNaN(latest) ? arrival : Math.max(latest, arrival)
    }
    last = latest
  }
  const isInStep = early < 0.02 * time.length
  const step = median(whole.filter((one) => Number.isFinite(one)))
  const kind = isInStep && blurOf(table, clocks) < step * 0.02 ? 'arrival' : 'interval'
  const data = new Float64Array(own.length)
  return { kind, metric: metricId(metric), ranks: table.ranks, steps, own, data, whole }
}

/** How wrong the distance of two arrivals may be, seconds; of one machine not at all. */
function blurOf({ ranks }: Table, clocks: ReadonlyMap<number, RankFacts['clock']>): number {
  const hosts = new Set(ranks.map((rank) => clocks.get(rank)?.host))
  const most = (): number => Math.max(...ranks.map((rank) => clocks.get(rank)?.uncertaintyUs ?? Infinity))
  return hosts.size < 2 ? 0 : (2 * most()) / 1e6
}
