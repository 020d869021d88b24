export { chunked, writeTo } from './chunks.ts'
export type { TextSink } from './chunks.ts'
