import type { Stop } from '@provloom/graph/stop'
import type { Unread } from '../answer/error.ts'
import type { Life } from '../answer/life.ts'
import type { WhyAnswer } from '../answer/why.ts'
import type { Rhythm } from '../run/rhythm.ts'

/**
 * What is known of a run when it is asked why it went as it did. Rules are functions of this alone; what reads it from a run
 * directory is in `load/`. Times are in microseconds since the Unix epoch, durations in seconds.
 */
export interface WhyFacts {
  /** Its directory's name. */
  readonly run: string
  /** Where it lies; absent where it lies nowhere. */
  readonly directory?: string | undefined
  /** `running`, `completed`, `failed`, `killed`, `lost`, `incomplete`, `unseen`. */
  readonly status: string
  /** Whether it is written. */
  readonly life?: Life | undefined
  /** When it is asked. */
  readonly nowUs?: number | undefined
  /** How often ranks log; absent where too little is logged. */
  readonly rhythm?: Rhythm | undefined
  readonly worldSize: number | undefined
  /** Ranks of the known world that never came. */
  readonly absent: readonly number[]
  /** The last attempt of each, by rank. */
  readonly ranks: readonly RankFacts[]
  /** Absent where nothing is logged step by step. */
  readonly pace?: PaceFacts | undefined
  /** A metric that seems to tell how long a rank takes for a step, in words, where none was named and no timer tells it. */
  readonly paceLike?: string | undefined
  /** Ranks of the world that were not to be recorded. */
  readonly notRecorded?: number | undefined
  /** By metric and rank, where NaN or infinity was logged to the end. */
  readonly nan: readonly NanFacts[]
  /** Metrics with such points that were not looked through. */
  readonly nanMore: number
  /** What ranks do not have alike. */
  readonly differing: readonly Differing[]
  readonly stored: number
  readonly sent: number
  readonly model: WhyAnswer['kept']['model'] | undefined
  /** What could not be read, and so is not known. */
  readonly unread: readonly Unread[]
}

export interface RankFacts extends Stop {
  readonly attempt: number
  readonly host: string
  readonly device: string | undefined
  /** Records that were dropped since the disk was full. */
  readonly droppedByDisk: number
  /** The most of its host's memory that was seen used, 0 to 1. */
  readonly memoryShare: number | undefined
}

/** Points of a metric that tells how long a rank took for a step. */
export interface PaceFacts {
  /** Where it is from: a metric that was named, the step timer's, when ranks logged, or only how far that is apart. */
  readonly kind: 'named' | 'compute' | 'arrival' | 'interval'
  /** Metric id. */
  readonly metric: string
  readonly ranks: readonly number[]
  /** Ascending. */
  readonly steps: Float64Array
  /** Steps that each of them stands for: long ago they are taken together, and values are means. Absent: one each. */
  readonly widths?: Float64Array | undefined
  /** By rank, then step: what the rank itself took; of `arrival` since all had come to the step before. NaN where nothing was logged. */
  readonly own: Float64Array
  /** Of that what it waited for data; all 0 where that is not known. */
  readonly data: Float64Array
  /** Of a step, from its begin to the next: the median over ranks. NaN where that is not known. */
  readonly whole: Float64Array
  /** By rank, then step: what passed a step since its own point before, seconds. NaN where there is none. */
  readonly interval: Float64Array
  /**
   * Whether none logs a step before all have logged the one before, as it is where they wait for each other. Undefined where
   * clocks are not known well enough.
   */
  readonly inStep: boolean | undefined
  /** By rank, then step, what passed between two steps: loading, or others, as scripts are. Absent where nobody timed it. */
  readonly between?: Float64Array | undefined
}

/** A rank's metric that had numbers and ends in NaN or infinity. */
export interface NanFacts {
  /** Metric id, and in words. */
  readonly metric: string
  readonly words: string
  readonly context: string | undefined
  readonly rank: number
  /** The first since which it is so, to the end. */
  readonly step: number
  /** By the aggregator's clock where the offset is known. */
  readonly timeUs: number
  readonly what: 'NaN' | 'infinity'
  /** Points since then that are no numbers; and all its points that are. */
  readonly points: number
  readonly numbers: number
  /** The last step that it was logged for. */
  readonly lastStep: number
}

/** One thing that ranks should have alike, in the variants that there are. */
export interface Differing {
  readonly what: 'packages' | 'interpreter' | 'environment' | 'code' | 'seed' | 'data'
  /** Of a parameter or dataset. */
  readonly name: string | undefined
  /** The one of most ranks first; two at least. */
  readonly variants: readonly { readonly value: string; readonly ranks: readonly number[] }[]
}
