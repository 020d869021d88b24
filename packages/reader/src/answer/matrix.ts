export interface MatrixQuery {
  /** The pace metric of the run unless told. */
  readonly metric?: string
  /** `ratio` unless told: to the median over ranks of the same stretch of steps. */
  readonly show?: 'ratio' | 'value'
  /** Steps, inclusive. */
  readonly from?: number
  readonly to?: number
  /** At most so many; 512 unless told. */
  readonly rows?: number
  /** At most so many; 256 unless told. */
  readonly cols?: number
  /** `rank` unless told; `slowest`: the largest last ratio first; `host`; `ended`: who stopped first is first. */
  readonly order?: 'rank' | 'slowest' | 'host' | 'ended'
}

/** Ranks by steps: what is slow is seen, however many there are. */
export interface MatrixAnswer {
  readonly cursor: string
  readonly metric: string
  readonly unit?: string
  readonly show: 'ratio' | 'value'
  readonly rows: number
  readonly cols: number
  /** Of a row, at most; of several in a row and column the one farthest from the median is kept. */
  readonly ranksPerRow: number
  /** Of a column: a power of two. Column c is of steps `from + c * stepsPerCol` and on. */
  readonly stepsPerCol: number
  readonly from: number
  /** The last step, inclusive. */
  readonly to: number
  /** By row, the ranks that are in it. */
  readonly ranks: readonly (readonly number[])[]
  /** Base64 of `rows * cols` bytes, row by row; 0: no point there. */
  readonly cells: string
  readonly scale: MatrixScale
  /** Where ranks have no points any more or never had. */
  readonly states: readonly MatrixState[]
}

/** What a byte above 0 means. */
export type MatrixScale =
  /** log2 of the ratio is `(byte - 128) / 32`: from 1/16 to 16 times, what lies beyond stands at the end. */
  | { readonly kind: 'log2'; readonly zero: 128; readonly perOctave: 32 }
  /** The value is `min + (byte - 1) / 254 * (max - min)`. */
  | { readonly kind: 'linear'; readonly min: number; readonly max: number }

export interface MatrixState {
  /** `lost`, `ended` (with the points ending before the others'), `absent`, or `named` by a finding. */
  readonly state: 'lost' | 'ended' | 'absent' | 'named'
  readonly row: number
  readonly rank: number
  /** Columns, from inclusive and to exclusive. */
  readonly from: number
  readonly to: number
  /** In words, for the edge. */
  readonly text: string
}
