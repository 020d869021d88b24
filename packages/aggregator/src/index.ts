// The package's public face.
export { createAggregator } from './aggregator.ts'
export type { Aggregator, Seams } from './aggregator.ts'
export type { AggregatorConfig } from './config.ts'
export type { Counts } from './house.ts'
export type { Ledger, RankSummary, RunSummary } from './parts.ts'
export type { RunSettings } from './graph/entry.ts'
export type * from './status.ts'
