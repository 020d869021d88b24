import { figureOf } from '../figure.ts'
import type { Figure, FigureFacts, Goal } from '../figure.ts'
import type { Bench, Suite } from '../suite.ts'
import { grow } from './growth.ts'
import type { Grown } from './growth.ts'
import { drawCurves } from './picture.ts'
import type { Curve } from './picture.ts'

const RANKS_OF_POINTS = 64
const POINTS_OF_RANKS = 1_000_000

interface Column {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly of: (grown: Grown) => number | undefined
  readonly limit?: (grown: Grown) => number
  readonly limitIs?: string
  readonly goal?: Goal
}

/** Float64 value, i64 step and i64 time: what a point is without its series, uncompressed. */
const POINT_BYTES = 24

const columns: readonly Column[] = [
  { name: 'cpu-per-point', title: 'Processor time a point', unit: 'us', of: (g) => g.cpuPerPoint },
  { name: 'flush', title: 'Flush, median', unit: 'ms', of: (g) => g.flush, goal: { of: 'value', bound: 50 } },
  { name: 'flush-max', title: 'Flush, longest', unit: 'ms', of: (g) => g.flushMax },
  { name: 'flush-work', title: 'Flush, of the event loop', unit: 'ms', of: (g) => g.flushWork },
  { name: 'memory', title: 'Memory, peak', unit: 'MB', of: (g) => g.peakMegabytes },
  {
    name: 'memory-slope',
    title: 'Memory, slope',
    unit: 'MB/min',
    of: (g) => g.slope,
    goal: { of: 'value', bound: 1 },
  },
  {
    name: 'document',
    title: 'prov.json',
    unit: 'MB',
    of: (g) => g.documentBytes / 1e6,
    goal: { of: 'value', bound: 5 },
  },
  {
    name: 'restart',
    title: 'Restart after kill -9',
    unit: 's',
    of: (g) => g.restart,
    limit: (g) => g.start,
    limitIs: 'start of an aggregator without a run',
    goal: { of: 'value', bound: 2 },
  },
  {
    name: 'parquet',
    title: 'Parquet, bytes a point',
    unit: 'B',
    of: (g) => g.parquetBytesPerPoint,
    limit: () => POINT_BYTES,
    limitIs: 'step, time and value uncompressed',
    goal: { of: 'value', bound: 8 },
  },
  { name: 'parquet-files', title: 'Parquet files', unit: 'files', of: (g) => g.parquetFiles },
]

/** How a run's costs grow with its points (64 ranks) and with its ranks (1e6 points). */
export const scalingSuite: Suite = {
  name: 'scaling',
  title: `Scaling: points at ${RANKS_OF_POINTS} ranks, ranks at 1e6 points`,
  async *measure(bench) {
    const { quick, full } = bench.options
    const points = quick ? [1e4, 1e5] : [1e4, 1e5, 1e6, 1e7, ...(full ? [1e8] : [])]
    const ranks = quick ? [1, 16] : [1, 4, 16, 64, 256, 1024]
    yield* curve(bench, 'points', points, (size) => ({
      points: size,
      ranks: full && size === 1e8 ? 1024 : RANKS_OF_POINTS,
    }))
    yield* curve(bench, 'ranks', ranks, (size) => ({ points: quick ? 1e5 : POINTS_OF_RANKS, ranks: size }))
  },
}

async function* curve(
  bench: Bench,
  axis: string,
  sizes: readonly number[],
  runOf: (size: number) => { points: number; ranks: number },
): AsyncGenerator<Figure> {
  const wanted = sizes.filter((size) => bench.wants(nameOf(axis, size)))
  const grown = new Map<number, Grown>()
  for (const size of wanted) {
    const { points, ranks } = runOf(size)
    const rounds: Grown[] = []
    const repetitions = points <= 1e6 ? Math.min(3, bench.options.repetitions) : 1
    for (let i = 0; i < repetitions; i++) {
      rounds.push(await grow(points, ranks, bench.folder('scaling'), bench.options.insecure))
    }
    grown.set(size, rounds[0]!)
    yield* figures(nameOf(axis, size), rounds)
  }
  if (grown.size >= 2 && !bench.options.quick) bench.say(`drew ${draw(axis, grown)}`)
}

function nameOf(axis: string, size: number): string {
  return `scaling.${axis}.${size >= 1e4 ? `1e${Math.log10(size)}` : size}`
}

function* figures(name: string, rounds: readonly Grown[]): Generator<Figure> {
  for (const column of columns) {
    const pairs = rounds.flatMap((round) => {
      const value = column.of(round)
      return value === undefined ? [] : [{ value, limit: column.limit?.(round) }]
    })
    if (pairs.length === 0) continue
    const facts: FigureFacts = {
      name: `${name}.${column.name}`,
      unit: column.unit,
      better: 'lower',
      ...(column.limitIs === undefined ? {} : { limitIs: column.limitIs }),
      ...(column.goal === undefined ? {} : { goal: column.goal }),
    }
    yield figureOf(facts, pairs)
  }
}

function draw(axis: string, grown: ReadonlyMap<number, Grown>): string {
  const curves = columns.flatMap((column): Curve[] => {
    const points = [...grown].flatMap(([x, one]) => {
      const y = column.of(one)
      return y === undefined ? [] : [{ x, y }]
    })
    return points.length < 2 ? [] : [{ title: column.title, unit: column.unit, points }]
  })
  const most = Math.max(...[...grown.values()].map(({ ranks }) => ranks))
  const title =
    axis === 'points'
      ? `A run's costs by its points, ${RANKS_OF_POINTS} ranks${most > RANKS_OF_POINTS ? ` (the last ${most})` : ''}`
      : "A run's costs by its ranks, 1e6 points"
  return drawCurves(`scaling-${axis}`, title, axis, curves)
}
