export { readJsonld } from './reader.ts'
export { jsonldPieces, writeJsonld, type JsonldOptions } from './writer.ts'
