import type { CurveAnswer, CurveQuery } from './answer/curve.ts'
import type { DiffAnswer } from './answer/diff.ts'
import type { GraphAnswer, GraphQuery } from './answer/graph.ts'
import type { LineageAnswer, LineageQuery } from './answer/lineage.ts'
import type { Changes, LiveQuery } from './answer/live.ts'
import type { MatrixAnswer, MatrixQuery } from './answer/matrix.ts'
import type { RanksAnswer, RanksQuery } from './answer/ranks.ts'
import type { RunAnswer, RunQuery } from './answer/run.ts'
import type { RunRow, RunsAnswer, RunsQuery } from './answer/runs.ts'
import type { MetricPoints, TrackedFacts, TrackedRun } from './answer/tracked.ts'
import type { WhyAnswer, WhyQuery } from './answer/why.ts'

/**
 * Answers questions from the run directories of one save directory, while runs go on too. It never writes, asks no process
 * of a run, and works on a read-only folder, a copied or a moved one. What it has read it keeps as long as the file is as
 * it was (time, size and inode), so one reader for many questions is quicker than many.
 *
 * RUN is a directory's name, a path, or a run id's start or end of six digits or more; of none the newest run. All
 * questions are
 *
 * @throws {ProvloomError} `RUN_UNKNOWN` and `RUN_AMBIGUOUS` for RUN; `METRIC_UNKNOWN` for a metric; `BAD_QUERY` for a
 *   question that cannot be understood; `FILE_UNREADABLE` for files that are damaged, of a newer version, or refused
 */
export interface Reader {
  /** Absolute path of the save directory. */
  readonly directory: string
  /** Its runs, as many as are asked for. A folder that is not there has none. */
  runs(query?: RunsQuery): Promise<RunsAnswer>
  /** The directory of a run, absolute. */
  directoryOf(run?: string): string
  /** A run's row, with its size. */
  standing(run: string): Promise<RunRow>
  run(run?: string, query?: RunQuery): Promise<RunAnswer>
  curve(run: string | undefined, query: CurveQuery): Promise<CurveAnswer>
  ranks(run?: string, query?: RanksQuery): Promise<RanksAnswer>
  matrix(run?: string, query?: MatrixQuery): Promise<MatrixAnswer>
  /** Of its document as it was saved last. */
  graph(run?: string, query?: GraphQuery): Promise<GraphAnswer>
  /** The same as a picture, SVG: what `provloom draw` makes of it, light unless told. */
  drawing(run?: string, query?: GraphQuery & { readonly theme?: 'light' | 'dark' }): Promise<string>
  /** What is shown as PROV-JSON: elements that the drawn ones stand for, and what is said between them. */
  graphDocument(run?: string, query?: GraphQuery): Promise<string>
  /** Why it went as it did: who stopped first, who is slow, where NaN was seen first, what ranks do not have alike. */
  why(run?: string, query?: WhyQuery): Promise<WhyAnswer>
  /** @param runs 2 to 8 of them */
  diff(runs: readonly string[]): Promise<DiffAnswer>
  /** Over all runs of the save directory. */
  lineage(query: LineageQuery): Promise<LineageAnswer>
  /** All runs of the save directory as trackers of experiments tell them, the newest first. */
  tracked(): TrackedRun[]
  /** What only a run's graph says of it. */
  trackedFacts(run: string): TrackedFacts
  /**
   * A run's values, each once, of one metric after the other.
   *
   * @param metrics ids of those that are meant; all unless told
   */
  points(run: string, metrics?: readonly string[]): AsyncGenerator<MetricPoints>
  /** What is other than at `query.since`. It answers at once; whoever follows a run asks again, a second later. */
  changes(run: string | undefined, query: LiveQuery): Promise<Changes>
}
