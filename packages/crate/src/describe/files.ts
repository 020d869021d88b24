import path from 'node:path'
import type { Element } from '../graph/element.ts'
import type { Entity, Facts } from '../json-ld.ts'
import { ref, refs } from '../json-ld.ts'
import { mediaTypeOf } from '../media-type.ts'
import type { Digest } from '../source-file.ts'
import { prov, provloom } from '../vocabulary.ts'
import type { Instrument } from './code.ts'
import type { Places } from './places.ts'
import type { Subject } from './subject.ts'
import type { Things } from './things.ts'

const provJson = 'https://www.w3.org/submissions/prov-json/'
const parquet = 'https://parquet.apache.org/docs/file-format/'
const parquetType = 'application/vnd.apache.parquet'

/** What of a run directory is the same in every run: docs/run-directory.md. */
const known: Readonly<Record<string, readonly [name: string, description: string]>> = {
  'prov.json': ['Provenance graph', 'What was used and made by which rank, as W3C PROV-JSON'],
  'run.json': [
    'Summary of the run',
    'Status, settings and, for every rank, how many records were sent and stored',
  ],
  'prov.dot': ['Picture of the provenance graph', 'For Graphviz'],
  'prov.svg': ['Picture of the provenance graph', 'Elements that look alike are drawn once'],
  'provloom.log': ['Log of the recording', 'What ranks and the aggregator told in the background'],
  metrics: ['Metric points', 'Every point of every metric, of all ranks, as Parquet'],
  artifacts: ['Files that were logged', 'Copies as they were when they were logged'],
  code: ['Code', 'The script that ran, and what of it git did not know'],
}

/** The crate's files and folders. `parts` are the `@id`s that the crate's root has directly. */
export function fileEntities(
  { files, folders }: Subject,
  places: Places,
  things: Things,
  instrument: Instrument,
): { readonly parts: readonly string[]; readonly entities: readonly Entity[] } {
  const parts: string[] = []
  const entities: Entity[] = []
  /** By the folder at the top that a part lies in. */
  const within = new Map<string, string[]>()
  const place = (at: string): string => {
    const id = places.idOf(at)
    const top = at.slice(0, Math.max(0, at.indexOf('/')))
    const list = top === '' ? parts : (within.get(top) ?? [])
    list.push(id)
    if (top !== '') within.set(top, list)
    return id
  }
  for (const [at, digest] of files) {
    const thing = things.byPath.get(at) ?? instrument.byPath.get(at)
    const first = thing === undefined ? undefined : places.firstCopy(at, thing)
    const file = { ...fileEntity(place(at), at, digest, thing), ...sameAs(first, places) }
    const script = instrument.scripts.get(at)
    entities.push(
      script === undefined ? file : { ...file, ...script, '@type': ['File', 'SoftwareSourceCode'] },
    )
  }
  const told = folders.filter((folder) => !folder.includes('/') || things.byPath.has(folder))
  const ids = told.map(place)
  for (const [i, folder] of told.entries()) {
    const thing = things.byPath.get(folder)
    entities.push({
      '@id': ids[i]!,
      '@type': 'Dataset',
      ...wordsFor(folder, thing),
      hasPart: refs(within.get(folder) ?? []),
    })
  }
  return { parts, entities: [...entities, ...formats(files)] }
}

/** Every rank that logs a file has its copy of it; the run used or made one. */
function sameAs(first: string | undefined, places: Places): Facts {
  if (first === undefined) return {}
  return { description: `Another copy of ${first}, of the same bytes`, sameAs: ref(places.idOf(first)) }
}

function fileEntity(id: string, at: string, { size, sha256 }: Digest, thing: Element | undefined): Entity {
  return {
    '@id': id,
    '@type': 'File',
    ...wordsFor(at, thing),
    ...formatOf(at, thing?.text(provloom('mediaType'))),
    contentSize: String(size),
    sha256,
  }
}

function wordsFor(at: string, thing: Element | undefined): Facts {
  const [name, description] = known[at] ?? [thing?.label ?? path.basename(at)]
  const location = thing?.text(prov('location'))
  return { name, description, alternateName: location === at ? undefined : location }
}

function formatOf(at: string, told: string | undefined): Facts {
  const type = mediaTypeOf(at, told)
  if (at === 'prov.json') return { encodingFormat: [type, ref(provJson)], conformsTo: ref(provJson) }
  return { encodingFormat: type === parquetType ? [type, ref(parquet)] : type }
}

/** What formats are, for who does not know them. */
function formats(files: ReadonlyMap<string, Digest>): Entity[] {
  const site = (id: string, name: string): Entity => ({ '@id': id, '@type': 'WebSite', name, url: id })
  const all = [...files.keys()]
  return [
    ...(files.has('prov.json') ? [site(provJson, 'The PROV-JSON Serialization')] : []),
    ...(all.some((at) => mediaTypeOf(at) === parquetType) ? [site(parquet, 'Apache Parquet')] : []),
  ]
}
