export { readXml } from './reader.ts'
export { writeXml, xmlPieces } from './writer.ts'
export type { XmlOptions } from './writer.ts'
