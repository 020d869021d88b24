import type { QName } from '@provloom/prov'
import { isCode } from '../apply/shared-id.ts'
import type { SharedState, StoredState } from '../state.ts'
import { copyRecords, fileFacts, goneProblem, isOwn, keptAt, memberRecords, modeWords } from './file.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'
import { recorderName, sharedName } from './names.ts'

/**
 * A file that ranks read, or that is part of the code. All ranks of a machine that name the path mean one file; what they
 * found in it is told together, and when that differs as a problem.
 */
export function inputRecords(view: View, id: QName, shared: SharedState): Keyed[] {
  const told = [...shared.told].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  const [facts] = told
  if (facts === undefined) return []
  const stored = shared.files.flatMap((file) => view.state.stored.get(file) ?? []).sort(byPlace)
  const copies = stored.filter(({ event }) => event.stored !== undefined)
  const own = isOwn(facts)
  const hashes = new Set(stored.flatMap(({ event }) => event.sha256 ?? []))
  for (const { sha256 } of told) if (sha256 !== undefined) hashes.add(sha256)
  const problems = [
    ...told.map(({ problem }) => problem),
    ...stored.map(({ event }) => event.problem),
  ].flatMap((one) => one ?? [])
  // Each machine has a script of its own at the path: they are meant to be one.
  if (hashes.size > 1) problems.push(`under this name and path there were ${hashes.size} contents`)
  const made = fileFacts(facts)
    .location(own ? undefined : facts.path)
    .int('size', facts.size ?? stored.find(({ event }) => event.size !== undefined)?.event.size)
  for (const hash of [...hashes].sort()) made.word('schema', 'sha256', hash)
  const records: Keyed[] = []
  if (own) {
    const [kept] = copies
    problems.push(...[goneProblem(view, kept?.event.stored)].flatMap((one) => one ?? []))
    keptAt(view, made, kept?.event.stored).text('mode', modeWords(kept?.event.mode))
    records.push(entity(id, made.texts('problem', problems.sort()).list))
    // Nobody but us wrote it.
    if (isCode(facts) && kept !== undefined)
      records.push(relation('wasGeneratedBy', { entity: id, activity: recorderName(view, kept.maker) }))
    return records
  }
  records.push(entity(id, made.texts('problem', problems.sort()).list))
  for (const key of [...shared.holds.keys()].sort()) {
    const held = view.state.shared.get(key)
    if (held !== undefined) records.push(...memberRecords(id, [sharedName(view, key, held)]))
  }
  if (copies.length > 0) records.push(...copyRecords(view, id, facts, copies))
  return records
}

function byPlace(a: StoredState, b: StoredState): number {
  const [one, other] = [a.event.stored ?? '', b.event.stored ?? '']
  return one < other ? -1 : Number(one > other)
}
