// What a run is made of: its entries, their bytes in the journal, and the numbers that come of them.
export { commitMarks, controlRecord, decodeRecord, envelopeRecord, recordsOf } from './codec.ts'
export type { ControlEntry, RecordLook } from './codec.ts'
export { add } from './count.ts'
export type { Count } from './count.ts'
export type {
  Absent,
  Admitted,
  Closed,
  Conflict,
  Ended,
  Exited,
  FilesGone,
  KeptBack,
  Lost,
  NumberedEvent,
  Opened,
  Part,
  PartsSealed,
  Records,
  Refusal,
  Remark,
  Reopened,
  Recorder,
  Resumed,
  Retired,
  RunEntry,
  RunSettings,
  Skipped,
  Uncollected,
} from './entry.ts'
export { stepsWanted } from './going.ts'
export type { StepsWanted, Wanted } from './going.ts'
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
} from './head.ts'
export { isOfPace, paceKeys, stepsSeries } from './pace.ts'
export { takeIn } from './reader.ts'
export type { EntryReader, Taking } from './reader.ts'
export type { Ledger, ProblemKind, RankSummary, RunSummary } from './summary.ts'
