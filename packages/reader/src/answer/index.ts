// What the reader answers, as JSON knows it: types alone, for who renders answers in a terminal or a browser.
export type { ErrorAnswer, Unread } from './error.ts'
export type { Odd, OddColumns } from './numbers.ts'
export type { Ledger, RunsAnswer, RunsQuery, RunRow, RowMetric, Size } from './runs.ts'
export type { Life } from './life.ts'
export type { Quiet } from './quiet.ts'
export type { RunAnswer, RunEnvironment, RunGoing, RunMetric, RunParam, RunPackage, RunQuery } from './run.ts'
export type {
  CurveAnswer,
  CurveColumns,
  CurveQuery,
  RankCurve,
  RankCurvesAnswer,
  RibbonAnswer,
} from './curve.ts'
export type { RankColumns, RanksAnswer, RanksQuery } from './ranks.ts'
export type { MatrixAnswer, MatrixQuery, MatrixScale, MatrixState } from './matrix.ts'
export type { GraphAnswer, GraphChosen, GraphElement, GraphQuery, GraphRelation } from './graph.ts'
export type { LineageAnswer, LineageFound, LineageQuery, LineageStep } from './lineage.ts'
export type { CodeDiff, CodePatch, DiffAnswer, DiffRow, DiffValue, EnvironmentDiff } from './diff.ts'
export type {
  Evidence,
  Finding,
  FindingCode,
  FindingLevel,
  FindingLink,
  FirstToStop,
  WhyAnswer,
  WhyQuery,
} from './why.ts'
export type { Changes, CurveChange, LiveQuery, RunEvent } from './live.ts'
export type { MetricPoints, TrackedDataset, TrackedFacts, TrackedModel, TrackedRun } from './tracked.ts'
