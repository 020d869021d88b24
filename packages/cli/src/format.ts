import path from 'node:path'
import {
  jsonPieces,
  jsonldPieces,
  provnPieces,
  readJson,
  readJsonld,
  readProvn,
  readTrig,
  readTurtle,
  readXml,
  trigPieces,
  turtlePieces,
  xmlPieces,
} from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'

/** A way to write a document down. */
export interface Format {
  readonly name: string
  readonly title: string
  readonly endings: readonly string[]
  read(bytes: Buffer): ProvDocument | Promise<ProvDocument>
  /** Undefined for a format that is only read. */
  readonly write?: (document: ProvDocument) => Iterable<string> | AsyncIterable<string>
}

const formats: readonly Format[] = [
  { name: 'json', title: 'PROV-JSON', endings: ['.json'], read: readJson, write: jsonPieces },
  { name: 'provn', title: 'PROV-N', endings: ['.provn', '.pn', '.asn'], read: readProvn, write: provnPieces },
  { name: 'xml', title: 'PROV-XML', endings: ['.xml', '.provx'], read: readXml, write: xmlPieces },
  { name: 'turtle', title: 'PROV-O in Turtle', endings: ['.ttl'], read: readTurtle, write: turtlePieces },
  { name: 'trig', title: 'PROV-O in TriG', endings: ['.trig'], read: readTrig, write: trigPieces },
  { name: 'jsonld', title: 'PROV-JSONLD', endings: ['.jsonld'], read: readJsonld, write: jsonldPieces },
]

/** For help and hints. */
export const formatNames: string = formats.map((format) => format.name).join(', ')

export function formatNamed(name: string): Format | undefined {
  const key = name.toLowerCase()
  return formats.find((format) => format.name === key || format.endings.includes(`.${key}`))
}

export function formatOfFile(file: string): Format | undefined {
  const ending = path.extname(file).toLowerCase()
  return formats.find((format) => format.endings.includes(ending))
}
