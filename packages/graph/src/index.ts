// The package's public face.
export { createGraphBuilder } from './builder.ts'
export type { CreateGraphBuilder, GraphBuilder } from './graph-builder.ts'
