// The package's public face: runs that are there, for who reads them. What writes them is behind `/internal`.
export { filesOf } from './layout.ts'
export type { RunFiles } from './layout.ts'
export { listRuns, openRun } from './open-run.ts'
export type { RunList, RunReader } from './open-run.ts'
export { JournalTail } from './read/journal-tail.ts'
export type { JournalNews, Touched } from './read/journal-tail.ts'
export type { SeriesBuckets } from './read/curve-file.ts'
export type { CurveAsk } from './read/curve-ask.ts'
export type { Curves } from './read/curves.ts'
export type { MetricCount } from './read/metrics.ts'
export type { PointsOfSeries, SeriesName, Steps, Which } from './read/which.ts'
export type { RunFacts } from './run-facts.ts'
export { readRunFile } from './run-file.ts'
export type { RunFile } from './run-file.ts'
export type { StoredRun } from './stored-run.ts'
export type {
  HeadEnergy,
  HeadFigure,
  HeadFile,
  HeadFinding,
  HeadMetric,
  HeadSpan,
  HeadNotMeasured,
  HeadNumber,
  HeadOtherEnergy,
  HeadOtherPart,
  HeadParam,
  HeadSource,
  RunHead,
  Shown,
} from './entry/head.ts'
export type { Part, RunSettings } from './entry/entry.ts'
export type { Ledger, ProblemKind, RankSummary } from './entry/summary.ts'
