// The package's public face.
export { createGraphBuilder } from './builder.ts'
export type { CreateGraphBuilder, GraphBuilder } from './graph-builder.ts'
export type { Roster } from './roster.ts'
export type { RankState } from './state.ts'
export type { Status } from './status.ts'
export type { Going } from './head/going.ts'
