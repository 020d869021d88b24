// The package's public face.
export { createAggregator } from './aggregator.ts'
export type { Aggregator, Seams } from './aggregator.ts'
export type { AggregatorConfig } from './config.ts'
export type * from './status.ts'
export type { Counts } from './wiring.ts'
