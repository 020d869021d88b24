import path from 'node:path'
import { jsonPieces, readJson } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import { printable } from '@provloom/shared'
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
    options: WriteOptions,
  ) => Iterable<string> | AsyncIterable<string>
}

export interface WriteOptions {
  /** Of PROV-JSONLD alone: whether its context is inside. */
  readonly context?: 'address' | 'inline'
  /** The file that it was read from, for who is told that it cannot be written. */
  readonly source?: string
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
    read: async (bytes) => (await import('@provloom/prov/provn')).readProvn(bytes),
    write: lazy(
      () => import('@provloom/prov/provn'),
      ({ provnPieces }, document) => provnPieces(document),
    ),
  },
  {
    name: 'xml',
    title: 'PROV-XML',
    endings: ['.xml', '.provx'],
    read: async (bytes) => (await import('@provloom/prov/xml')).readXml(bytes),
    write: lazy(
      () => import('@provloom/prov/xml'),
      ({ xmlPieces }, document, tell) =>
        // Control characters do not stop a document.
        xmlPieces(document, {
          replaced: (values) =>
            tell(
              `${counted(values, 'value')} with control characters, which XML has no place for: they are written as their pictures, ␀ to ␟`,
            ),
        }),
    ),
  },
  {
    name: 'turtle',
    title: 'PROV-O in Turtle',
    endings: ['.ttl'],
    read: async (bytes) => (await import('@provloom/prov/turtle')).readTurtle(bytes),
    write: lazy(
      () => import('@provloom/prov/turtle'),
      ({ turtlePieces, describeMixed }, document, tell) =>
        turtlePieces(document, { mixed: (found) => tellMixed(found.map(describeMixed), tell) }),
    ),
  },
  {
    name: 'trig',
    title: 'PROV-O in TriG',
    endings: ['.trig'],
    read: async (bytes) => (await import('@provloom/prov/turtle')).readTrig(bytes),
    write: lazy(
      () => import('@provloom/prov/turtle'),
      ({ trigPieces, describeMixed }, document, tell) =>
        trigPieces(document, { mixed: (found) => tellMixed(found.map(describeMixed), tell) }),
    ),
  },
  {
    name: 'jsonld',
    title: 'PROV-JSONLD',
    endings: ['.jsonld'],
    read: async (bytes) => (await import('@provloom/prov/jsonld')).readJsonld(bytes),
    write: lazy(
      () => import('@provloom/prov/jsonld'),
      ({ jsonldPieces }, document, _tell, { context = 'address' }) => jsonldPieces(document, { context }),
    ),
  },
]

/** So many are told one by one. */
const MIXED_SHOWN_MAX = 10

function tellMixed(lines: readonly string[], tell: (words: string) => void): void {
  for (const line of lines.slice(0, MIXED_SHOWN_MAX)) tell(printable(line))
  const hidden = lines.length - MIXED_SHOWN_MAX
  if (hidden > 0)
    tell(`${counted(hidden, 'more such contradiction')}; PROV-JSON, PROV-N and XML keep them apart`)
}

type Write = NonNullable<Format['write']>

/** Who reads and writes PROV-JSON loads no parser of other formats. */
function lazy<M>(
  load: () => Promise<M>,
  write: (module: M, ...given: Parameters<Write>) => ReturnType<Write>,
): Write {
  return async function* (...given) {
    yield* write(await load(), ...given)
  }
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
