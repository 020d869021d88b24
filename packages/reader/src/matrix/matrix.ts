import { bucketOf, lowerMedian, meanOf, merged } from '@provloom/rundir/curve'
import { ProvloomError } from '@provloom/shared'
import type { MatrixAnswer, MatrixQuery, MatrixScale, MatrixState } from '../answer/matrix.ts'
import type { RunMetric } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { rankRows } from '../ranks/ranks.ts'
import type { RankRow } from '../ranks/ranks.ts'

const perOctave = 32
const zero = 128

/** Means by rank and column; NaN where there is no finite point. */
interface Grid {
  readonly exponent: number
  /** The bucket of the first column. */
  readonly begin: number
  readonly cols: number
  readonly byRank: ReadonlyMap<number, Float64Array>
  readonly medians: Float64Array
}

/** @throws {ProvloomError} `FILE_UNREADABLE` */
export async function answerMatrix(
  run: KnownRun,
  metric: RunMetric,
  query: MatrixQuery,
  cursor: string,
): Promise<MatrixAnswer> {
  const { show = 'ratio', rows: rowsMax = 512, cols = 256, order = 'rank' } = query
  if (![rowsMax, cols].every((count) => Number.isInteger(count) && count >= 1))
    throw new ProvloomError('BAD_QUERY', 'The matrix has no rows or columns', {
      doing: 'lay out the matrix',
      to: `rows ${rowsMax}, cols ${cols}`,
      hint: 'Ask for rows=512 and cols=256, say.',
    })
  const grid = await gridOf(run, metric, query)
  const ranks = ordered(rankRows(run, undefined), grid, order)
  const ranksPerRow = Math.max(1, Math.ceil(ranks.length / rowsMax))
  const groups: RankRow[][] = []
  for (let at = 0; at < ranks.length; at += ranksPerRow) groups.push(ranks.slice(at, at + ranksPerRow))
  const scale = scaleOf(grid, show)
  const cells = new Uint8Array(groups.length * grid.cols)
  for (const [row, group] of groups.entries())
    for (let col = 0; col < grid.cols; col++)
      cells[row * grid.cols + col] = byteOf(farthest(group, grid, col), col, grid, scale)
  const width = 2 ** grid.exponent
  return {
    cursor,
    metric: metric.id,
    ...(metric.unit === undefined ? {} : { unit: metric.unit }),
    show,
    rows: groups.length,
    cols: grid.cols,
    ranksPerRow,
    stepsPerCol: width,
    from: grid.begin * width,
    to: (grid.begin + grid.cols) * width - 1,
    ranks: groups.map((group) => group.map(({ rank }) => rank)),
    cells: Buffer.from(cells).toString('base64'),
    scale,
    states: groups.flatMap((group, row) => group.flatMap((one) => statesOf(one, row, grid))),
  }
}

async function gridOf(
  run: KnownRun,
  metric: RunMetric,
  { from, to, cols: colsMax = 256 }: MatrixQuery,
): Promise<Grid> {
  const { key, context = null, source = null } = metric
  const steps =
    from === undefined && to === undefined
      ? {}
      : { steps: { from: from ?? -Infinity, to: (to ?? Infinity) + 1 } }
  const read = await run.curves({
    metric: { key, context, source },
    bucketsMax: Math.max(2, colsMax),
    ...steps,
  })
  const ids = read.curves.flatMap(({ buckets }) => Array.from(buckets.firstStep))
  let { exponent } = read
  const least = ids.reduce((one, other) => Math.min(one, other), Infinity)
  const most = read.curves.reduce(
    (one, { buckets }) => Math.max(one, buckets.lastStep.at(-1) ?? -Infinity),
    -Infinity,
  )
  if (most === -Infinity)
    return { exponent, begin: 0, cols: 0, byRank: new Map(), medians: new Float64Array() }
  // Where steps have gaps columns without points are there too; what is before the step 0 and what is behind it are two.
  const colsLeast = Math.max(colsMax, least < 0 && most >= 0 ? 2 : 1)
  while (bucketOf(most, exponent) - bucketOf(least, exponent) >= colsLeast) exponent++
  const begin = bucketOf(least, exponent)
  const cols = bucketOf(most, exponent) - begin + 1
  const byRank = new Map<number, Float64Array>()
  for (const { rank, buckets } of read.curves) {
    const own = byRank.get(rank) ?? new Float64Array(cols).fill(NaN)
    byRank.set(rank, own)
    const wide = merged([buckets], { exponent })
    // Of several attempts the later one.
    for (let at = 0; at < wide.count; at++)
      own[bucketOf(wide.firstStep[at]!, exponent) - begin] = meanOf(wide, at)
  }
  const medians = new Float64Array(cols).map((_, col) =>
    lowerMedian([...byRank.values()].map((own) => own[col]!).filter(Number.isFinite)),
  )
  return { exponent, begin, cols, byRank, medians }
}

/** Of ranks in a row the one that lies farthest from the median, so that one bad rank is never averaged away. */
function farthest(group: readonly RankRow[], { byRank, medians }: Grid, col: number): number {
  let found = NaN
  let distance = -1
  for (const { rank } of group) {
    const value = byRank.get(rank)?.[col] ?? NaN
    if (!Number.isFinite(value)) continue
    const median = medians[col]!
    const away = value > 0 && median > 0 ? Math.abs(Math.log2(value / median)) : Math.abs(value - median)
    if (away > distance) [found, distance] = [value, away]
  }
  return found
}

function scaleOf({ byRank }: Grid, show: 'ratio' | 'value'): MatrixScale {
  if (show === 'ratio') return { kind: 'log2', zero, perOctave }
  let [min, max] = [Infinity, -Infinity]
  for (const own of byRank.values())
    for (const value of own) {
      if (value < min) min = value
      if (value > max) max = value
    }
  return min > max ? { kind: 'linear', min: 0, max: 1 } : { kind: 'linear', min, max }
}

function byteOf(value: number, col: number, { medians }: Grid, scale: MatrixScale): number {
  if (!Number.isFinite(value)) return 0
  if (scale.kind === 'linear') {
    const range = scale.max - scale.min
    return range === 0 ? 1 : 1 + Math.round(((value - scale.min) / range) * 254)
  }
  const ratio = value / medians[col]!
  if (!(ratio > 0)) return medians[col] === value ? zero : 1
  return Math.min(255, Math.max(1, zero + Math.round(Math.log2(ratio) * perOctave)))
}

function ordered(rows: readonly RankRow[], grid: Grid, order: NonNullable<MatrixQuery['order']>): RankRow[] {
  switch (order) {
    case 'rank':
      return [...rows]
    case 'host':
      return [...rows].sort(
        (a, b) => a.host.localeCompare(b.host, 'en', { numeric: true }) || a.rank - b.rank,
      )
    case 'ended':
      return [...rows].sort((a, b) => endOf(a) - endOf(b) || a.rank - b.rank)
    case 'slowest': {
      const last = (row: RankRow): number => lastRatio(row, grid)
      return [...rows].sort((a, b) => last(b) - last(a) || a.rank - b.rank)
    }
  }
}

function endOf({ lastSeen }: RankRow): number {
  return Number.isNaN(lastSeen) ? -Infinity : lastSeen
}

function lastRatio({ rank }: RankRow, { byRank, medians }: Grid): number {
  const own = byRank.get(rank)
  const col = own?.findLastIndex(Number.isFinite) ?? -1
  return own === undefined || col < 0 ? -Infinity : own[col]! / medians[col]!
}

/** Where a rank has no points any more, or never had. */
function statesOf({ rank, status, lastStep }: RankRow, row: number, grid: Grid): MatrixState[] {
  const own = grid.byRank.get(rank)
  const from = (own?.findLastIndex(Number.isFinite) ?? -1) + 1
  if (from >= grid.cols && status !== 'lost') return []
  const words =
    status === 'absent'
      ? `${rank} never came`
      : `${rank} ${status}${Number.isNaN(lastStep) ? '' : `, step ${lastStep}`}`
  const state =
    status === 'lost' ? 'lost' : status === 'absent' ? 'absent' : status === 'running' ? undefined : 'ended'
  return state === undefined ? [] : [{ state, row, rank, from, to: grid.cols, text: words }]
}
