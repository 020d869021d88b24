import { prov } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import { mediaTypeOf } from '@provloom/shared'
import type { ArtifactKind } from '@provloom/shared'
import { term } from '../space.ts'
import type { EventOf, StoredState } from '../state.ts'
import { Facts } from './facts.ts'
import { isFolder } from '../apply/folder.ts'
import { isModelFile } from '../apply/shared-id.ts'
import { recorderName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** What is told of a logged file when it is logged. */
export function fileFacts(facts: EventOf<'artifact'>): Facts {
  return new Facts()
    .label(facts.name)
    .type(...fileTypes(facts))
    .text('link', facts.link)
    .text('mediaType', facts.mediaType ?? mediaTypeOf(facts.path ?? '') ?? mediaTypeOf(facts.name))
    .text('source', facts.source)
}

/** What the client itself made: there is no original elsewhere. */
export function isOwn({ spooled, path }: Pick<EventOf<'artifact'>, 'spooled' | 'path'>): boolean {
  if (path === undefined) return true
  return spooled !== undefined && (path === spooled || path.endsWith(`/${spooled}`))
}

/** A file that is in the run directory. */
export function keptAt({ state }: View, facts: Facts, place: string | undefined): Facts {
  if (place === undefined || state.gone.has(place)) return facts
  return facts.location(place).word('schema', 'contentUrl', place)
}

/** Once a look for it has not found it: it has a hash and a size, and no place. */
export function goneProblem({ state }: View, place: string | undefined): string | undefined {
  return place !== undefined && state.gone.has(place) ? 'it is not in the run directory any more' : undefined
}

/** Permission bits as people write them. */
export function modeWords(mode: number | undefined): string | undefined {
  return mode === undefined ? undefined : (mode & 0o7777).toString(8).padStart(4, '0')
}

/** The copy of a file in the run directory, which stays as it is whatever becomes of the original. */
export function copyRecords(
  view: View,
  original: QName,
  facts: EventOf<'artifact'>,
  stored: readonly StoredState[],
): Keyed[] {
  const id = view.space.run(`${original.local}.copy`)
  const events = stored.map(({ event }) => event)
  const hashes = new Set(events.flatMap(({ sha256 }) => sha256 ?? []))
  if (hashes.size === 0 && facts.sha256 !== undefined) hashes.add(facts.sha256)
  const made = new Facts().label(`copy of ${facts.name}`).type(term('provloom', 'StoredCopy'))
  for (const place of new Set(events.flatMap((one) => one.stored ?? []))) keptAt(view, made, place)
  // Copies of more than one content have no one size.
  made.int('size', hashes.size > 1 ? undefined : (events[0]?.size ?? facts.size))
  for (const hash of [...hashes].sort()) made.word('schema', 'sha256', hash)
  made.texts(
    'mode',
    events.flatMap(({ mode }) => modeWords(mode) ?? []),
  )
  made.texts('problem', [...new Set(events.flatMap((one) => goneProblem(view, one.stored) ?? []))])
  const maker = Math.min(...stored.map((one) => one.maker))
  return [
    entity(id, made.list),
    relation('wasDerivedFrom', { generatedEntity: id, usedEntity: original }),
    relation('wasGeneratedBy', { entity: id, activity: recorderName(view, maker) }),
  ]
}

function fileTypes(event: EventOf<'artifact'>): QName[] {
  const file = term('provloom', 'File')
  // A model that is a folder is that folder: its files are members of it.
  const kind = event.depth !== undefined && isModelFile(event) ? 'artifact' : event.kind
  const types = typesOf(kind, file)
  return isFolder(event) ? [prov('Collection'), ...types] : types
}

/** A folder had what is in it as members. */
export function memberRecords(folder: QName, members: Iterable<QName>): Keyed[] {
  return Array.from(members, (one) => relation('hadMember', { collection: folder, entity: one }))
}

function typesOf(kind: ArtifactKind, file: QName): QName[] {
  switch (kind) {
    case 'artifact':
    case 'input':
    case 'output':
      return [file]
    case 'model':
      return [file, term('mls', 'Model')]
    case 'checkpoint':
      return [file, term('mls', 'Model'), term('provloom', 'Checkpoint')]
    case 'dataset':
      return [file, term('mls', 'Dataset'), term('schema', 'Dataset')]
    case 'source':
    case 'script':
    case 'untracked':
      return [file, term('schema', 'SoftwareSourceCode')]
    case 'diff':
      return [file, term('provloom', 'Diff')]
  }
}
