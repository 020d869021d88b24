export { readJsonld } from './reader.ts'
export { jsonldPieces, writeJsonld } from './writer.ts'
