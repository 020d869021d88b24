import { sliceBuckets } from '@provloom/rundir/curve'
import type { Buckets, Ribbon } from '@provloom/rundir/curve'
import { checkedCurve, curveToldOf } from '@provloom/rundir/internal'
import { ParquetFile, double, integer, nameSchema, timestamp } from '../parquet/file.ts'
import type { Column } from '../parquet/column.ts'
import { nameColumns } from '../parquet/names.ts'
import type { RowName, Stretch } from '../parquet/names.ts'
import { doubles, optionalDoubles, optionalIntegers, wholeNumbers } from '../parquet/values.ts'

/** The columns of every curve file (docs/metrics.md). */
const schema = [
  ...nameSchema(true),
  integer('width'),
  integer('first_step'),
  integer('last_step'),
  timestamp('first_time'),
  timestamp('last_time'),
  integer('count'),
  integer('nan'),
  integer('inf'),
  double('min', true),
  integer('min_step', true),
  integer('min_rank', true),
  double('max', true),
  integer('max_step', true),
  integer('max_rank', true),
  double('sum'),
  double('last'),
  double('median', true),
  integer('ranks', true),
]

const groupRows = 8_192
const pageRows = 1_024

interface Piece {
  /** Together as many rows as there are buckets. */
  readonly stretches: readonly Stretch[]
  readonly buckets: Buckets & Partial<Ribbon>
}

/** A curve file: ribbons first, then buckets series by series. */
export class CurveFile {
  readonly #file: ParquetFile
  #pieces: Piece[] = []
  #waiting = 0
  #rows = 0

  /** @param of SHA-256 of what it is made of: of a part, or of all */
  constructor(of: string) {
    this.#file = new ParquetFile(schema, curveToldOf(of))
  }

  get rows(): number {
    return this.#rows
  }

  series(name: RowName, buckets: Buckets): void {
    this.#add({ stretches: [{ name, rows: buckets.count }], buckets })
  }

  /**
   * Of many series.
   *
   * @param buckets one series after the other
   * @param begins where each series begins
   */
  all(names: readonly RowName[], begins: readonly number[], buckets: Buckets): void {
    let from = 0
    let stretches: Stretch[] = []
    for (const [i, name] of names.entries()) {
      const to = begins[i + 1] ?? buckets.count
      stretches.push({ name, rows: to - begins[i]! })
      if (to - from < groupRows && i + 1 < names.length) continue
      this.#add({ stretches, buckets: sliceBuckets(buckets, from, to) })
      from = to
      stretches = []
    }
  }

  /** Of a metric over its ranks. */
  ribbon(metric: Omit<RowName, 'rank' | 'attempt'>, ribbon: Ribbon): void {
    const nothing = new Float64Array(ribbon.count).fill(NaN)
    const name = { ...metric, rank: null, attempt: null }
    const stretches = [{ name, rows: ribbon.count }]
    this.#add({ stretches, buckets: { ...ribbon, sum: nothing, last: nothing } })
  }

  finish(): Uint8Array {
    this.#write()
    return checkedCurve(this.#file.finish())
  }

  #add(piece: Piece): void {
    if (piece.buckets.count === 0) return
    this.#pieces.push(piece)
    this.#waiting += piece.buckets.count
    this.#rows += piece.buckets.count
    if (this.#waiting >= groupRows) this.#write()
  }

  #write(): void {
    const [pieces, count] = [this.#pieces, this.#waiting]
    if (count === 0) return
    this.#pieces = []
    this.#waiting = 0
    this.#file.add(count, columnsOf(pieces, count))
  }
}

function columnsOf(pieces: readonly Piece[], count: number): Column[] {
  const { number, whole, optionalWhole, optionalNumber } = columnMakers(pieces, count)
  const stretches = pieces.flatMap((piece) => piece.stretches)
  return [
    ...nameColumns({ count, pageRows, stretches }, true),
    whole('width', (one) => new Float64Array(one.count).fill(2 ** one.exponent)),
    whole('first_step', (one) => one.firstStep),
    whole('last_step', (one) => one.lastStep),
    whole('first_time', (one) => one.firstTime),
    whole('last_time', (one) => one.lastTime),
    whole('count', (one) => one.points),
    whole('nan', (one) => one.nans),
    whole('inf', (one) => one.infinities),
    optionalNumber('min', (one) => one.min),
    optionalWhole('min_step', (one) => one.minStep),
    optionalWhole('min_rank', (one) => one.minRank),
    optionalNumber('max', (one) => one.max),
    optionalWhole('max_step', (one) => one.maxStep),
    optionalWhole('max_rank', (one) => one.maxRank),
    number('sum', (one) => one.sum),
    number('last', (one) => one.last),
    optionalNumber('median', (one) => one.median),
    optionalWhole('ranks', (one) => one.ranks),
  ]
}

type Of = (buckets: Piece['buckets']) => Float64Array | undefined

/** Columns of all pieces, one after the other; where a piece has no such column, NaN. */
function columnMakers(
  pieces: readonly Piece[],
  count: number,
): Record<'number' | 'whole' | 'optionalWhole' | 'optionalNumber', (name: string, of: Of) => Column> {
  const column = (of: Of): Float64Array => {
    const values = new Float64Array(count)
    let at = 0
    for (const { buckets } of pieces) {
      const own = of(buckets)
      if (own === undefined) values.fill(NaN, at, at + buckets.count)
      else values.set(own, at)
      at += buckets.count
    }
    return values
  }
  return {
    number: (name, of) => doubles(name, column(of), pageRows),
    whole: (name, of) => wholeNumbers(name, column(of), pageRows),
    optionalWhole: (name, of) => optionalIntegers(name, column(of), pageRows),
    optionalNumber: (name, of) => optionalDoubles(name, column(of), pageRows),
  }
}
