// What a run is made of: its entries, their bytes in the journal, and the numbers that come of them.
export * from './codec.ts'
export * from './count.ts'
export type * from './entry.ts'
export type * from './head.ts'
export * from './reader.ts'
export type * from './summary.ts'
