import type { CurveColumns, CurveQuery, RankCurve } from './curve.ts'
import type { OddColumns } from './numbers.ts'
import type { RanksAnswer } from './ranks.ts'
import type { RunAnswer } from './run.ts'
import type { Finding } from './why.ts'

export interface LiveQuery {
  /** `cursor` of what is known; all is told anew without one. */
  readonly since?: string
  readonly head?: boolean
  readonly ranks?: boolean
  /** What happened, and findings. */
  readonly events?: boolean
  /** By the key that `Changes` names them by. Ribbons, and at most 64 ranks. */
  readonly curves?: Readonly<Record<string, CurveQuery>>
}

/** What is other than it was at a cursor; what is not is left out. */
export interface Changes {
  /** Opaque: where the journal and run.json stood, and how wide buckets were. */
  readonly cursor: string
  /** Nothing but the cursor may have changed. */
  readonly changed: boolean
  readonly head?: RunAnswer
  readonly ranks?: RanksAnswer
  readonly curves?: Readonly<Record<string, CurveChange>>
  /** Newest last. Those of kind `finding` are all told again where there are other `findings` than before. */
  readonly events?: readonly RunEvent[]
  /** All of them, where there are others than before. */
  readonly findings?: readonly Finding[]
  /** Nothing will change any more: the run is finished. */
  readonly ended?: true
}

/** Buckets from one on take the place of those that were there. */
export interface CurveChange {
  /** Begin of the first bucket that is told: all that were known from there on are replaced. */
  readonly fromX: number
  readonly width: number
  readonly exact: boolean
  readonly last: number
  /** Of a ribbon. */
  readonly columns?: CurveColumns
  readonly odd?: OddColumns
  /** Of single ranks. */
  readonly curves?: readonly RankCurve[]
}

/** Something that happened in a run, in words. */
export interface RunEvent {
  /** ISO 8601, by the clock of who told it. */
  readonly time: string
  readonly rank?: number
  readonly kind: 'run' | 'rank' | 'file' | 'problem' | 'finding'
  readonly text: string
}
