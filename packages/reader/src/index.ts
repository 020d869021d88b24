// The package's public face: `openReader` and what it answers.
export { openReader } from './open-reader.ts'
export type { Reader } from './reader.ts'
export type * from './answer/index.ts'
