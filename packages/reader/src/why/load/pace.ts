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
    return table.steps.length === 0 ? undefined : { ...plain(table, table, ranks), kind: 'named', metric: metricId(metric) }
  }
  const compute =
    metrics.find(({ key, source }) => key === timer.key && source === timer.source) ??
    metrics.find(({ key }) => key === timer.key)
  if (compute !== undefined) return computed(points, metrics, ranks, compute)
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

function plain(table: Table, times: Table, ranks: readonly RankFacts[]): Omit<PaceFacts, 'kind' | 'metric'> {
  return {
    ranks: table.ranks,
    steps: table.steps,
    own: table.value,
    data: new Float64Array(table.value.length),
    whole: wholeOf(times, offsetsOf(ranks)),
  }
}

async function computed(
  points: PointSource,
  metrics: readonly MetricName[],
  ranks: readonly RankFacts[],
  compute: MetricName,
): Promise<PaceFacts> {
  const table = await read(points, compute)
  const waits = async (source: string): Promise<Float64Array | undefined> => {
    const there = metrics.find(
      (one) => one.key === timer.wait && one.source === source && (one.context ?? null) === (compute.context ?? null),
    )
    return there === undefined ? undefined : fitted(await read(points, there), table)
  }
  const [data, between] = [await waits('data'), await waits('between')]
  const own = table.value.map((value, i) => value + (data === undefined || Number.isNaN(data[i]) ? 0 : data[i]!))
  return {
    ...plain(table, table, ranks),
    kind: 'compute',
    metric: metricId(compute),
    own,
    data: data ?? new Float64Array(table.value.length),
    ...(between === undefined ? {} : { between: medianOfRanks(between, table) }),
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
      if (column !== undefined) cells[row * to.steps.length + at] = from.value[theirs * from.steps.length + column]!
    }
  }
  return cells
}

function medianOfRanks(cells: Float64Array, { ranks, steps }: Table): Float64Array {
  return steps.map((_, at) =>
    median(Float64Array.from(ranks, (__, row) => cells[row * steps.length + at]!).filter((one) => !Number.isNaN(one))),
  )
}

interface Offset {
  readonly us: number
  readonly uncertaintyUs: number
  readonly host: string
}

function offsetsOf(ranks: readonly RankFacts[]): ReadonlyMap<number, Offset> {
  return new Map(
    ranks.flatMap(({ rank, clock }) =>
      clock === undefined ? [] : [[rank, { us: clock.offsetUs, uncertaintyUs: clock.uncertaintyUs, host: clock.host }]],
    ),
  )
}

/** From a step to the next, seconds: the median over ranks of how far their points are apart. */
function wholeOf({ ranks, steps, time }: Table, _offsets: ReadonlyMap<number, Offset>): Float64Array {
  return steps.map((_, at) => {
    if (at === 0) return NaN
    const apart = Float64Array.from(ranks, (__, row) => time[row * steps.length + at]! - time[row * steps.length + at - 1]!)
    return median(apart.filter((one) => !Number.isNaN(one))) / 1e6 / (steps[at]! - steps[at - 1]!)
  })
}

/**
 * Who comes last: where all log before they wait for each other, who is slow logs last. It means something only where the
 * clocks of their machines are known well enough; else there are but intervals, which in lockstep are the same for all.
 */
function arrived(table: Table, ranks: readonly RankFacts[], metric: MetricName): PaceFacts {
  const offsets = offsetsOf(ranks)
  const whole = wholeOf(table, offsets)
  const { steps, time } = table
  const corrected = time.map((one, i) => one - (offsets.get(table.ranks[Math.floor(i / steps.length)]!)?.us ?? 0))
  const own = new Float64Array(time.length)
  for (const at of steps.keys()) {
    let first = Infinity
    for (const row of table.ranks.keys()) {
      const one = corrected[row * steps.length + at]!
      if (one < first) first = one
    }
    for (const row of table.ranks.keys()) own[row * steps.length + at] = (corrected[row * steps.length + at]! - first) / 1e6
  }
  const hosts = new Set(table.ranks.map((rank) => offsets.get(rank)?.host))
  const blur = hosts.size < 2 ? 0 : Math.max(...table.ranks.map((rank) => offsets.get(rank)?.uncertaintyUs ?? Infinity)) / 1e6
  const step = median(whole.filter((one) => Number.isFinite(one)))
  // Twice the uncertainty must lie well below what would be told of.
  const kind = blur * 2 < step * 0.05 && !driftsApart(own, table, step) ? 'arrival' : 'interval'
  return {
    kind,
    metric: metricId(metric),
    ranks: table.ranks,
    steps,
    own,
    data: new Float64Array(own.length),
    whole,
  }
}

/** Not in lockstep: ranks get farther apart than a step, so that who comes last comes last for what was long ago. */
function driftsApart(own: Float64Array, { ranks, steps }: Table, step: number): boolean {
  const last = Float64Array.from(ranks, (_, row) => own[row * steps.length + steps.length - 1]!).filter(
    (one) => !Number.isNaN(one),
  )
  return last.reduce((most, one) => Math.max(most, one), 0) > step
}
