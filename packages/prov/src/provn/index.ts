export type { OddNames } from './names.ts'
export { readProvn } from './reader.ts'
export { provnPieces, writeProvn } from './writer.ts'
export type { ProvnOptions } from './writer.ts'
