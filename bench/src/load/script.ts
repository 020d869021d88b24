import type { Points } from '@provloom/shared'

/** What a simulated rank says. */
export interface Script {
  readonly host: string
  /** The first records: its start and its series. */
  readonly opening: readonly Uint8Array[]
  /** Points behind them. */
  readonly records: number
  /** The last records, behind the points that were asked for: its end. */
  closing(): readonly Uint8Array[]
  readonly recordsPerEnvelope: number
  /** How much of the training that is, 0 to 1. */
  readonly ofTraining: number
  /** After its last point nothing is heard of it any more. */
  readonly isLost: boolean
  /** What the same numbers ask for is the same points, whoever asks. */
  points(first: number, count: number): Points
}
