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
import { counted } from './output/quantity.ts'

/** A way to write a document down. */
export interface Format {
  readonly name: string
  readonly title: string
  readonly endings: readonly string[]
  read(bytes: Buffer): ProvDocument | Promise<ProvDocument>
  /** Undefined for a format that is only read. `tell` hears what could not be written as it is. */
  readonly write?: (
    document: ProvDocument,
    tell: (words: string) => void,
  ) => Iterable<string> | AsyncIterable<string>
}

const formats: readonly Format[] = [
  {
    name: 'json',
    title: 'PROV-JSON',
    endings: ['.json'],
    read: readJson,
    write: (document) => jsonPieces(document),
  },
  {
    name: 'provn',
    title: 'PROV-N',
    endings: ['.provn', '.pn', '.asn'],
    read: readProvn,
    write: (document) => provnPieces(document),
  },
  { name: 'xml', title: 'PROV-XML', endings: ['.xml', '.provx'], read: readXml, write: xmlOf },
  {
    name: 'turtle',
    title: 'PROV-O in Turtle',
    endings: ['.ttl'],
    read: readTurtle,
    write: (document) => turtlePieces(document),
  },
  {
    name: 'trig',
    title: 'PROV-O in TriG',
    endings: ['.trig'],
    read: readTrig,
    write: (document) => trigPieces(document),
  },
  {
    name: 'jsonld',
    title: 'PROV-JSONLD',
    endings: ['.jsonld'],
    read: readJsonld,
    write: (document) => jsonldPieces(document),
  },
]

/** Control characters do not stop a document. */
function xmlOf(document: ProvDocument, tell: (words: string) => void): Iterable<string> {
  return xmlPieces(document, {
    replaced: (values) =>
      tell(
        `${counted(values, 'value')} with control characters, which XML has no place for: they are written as their pictures, ␀ to ␟`,
      ),
  })
}

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
