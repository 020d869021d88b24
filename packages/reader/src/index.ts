// The package's public face: `openReader` and what it answers.
export type { Reader } from './reader.ts'
export type * from './answer/index.ts'
