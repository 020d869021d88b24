import { ownerRank, valueKeyOf } from '../links.ts'
import { fileKey, keyOf } from '../name.ts'
import type { EventOf, SharedFacts, SharedState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { contextOf, seenAt } from './find.ts'
import { markContext, markUses, markUsesOfAll } from './mark.ts'
import { packagesOf } from './package.ts'
import { directionOf, isCode, sharedId } from './shared-id.ts'

/**
 * Takes in what ranks may have alike: a thing is known by its content, so that a thousand ranks that tell the same make
 * one entity, and two that differ make two. Told in a context, it is the context's.
 *
 * @returns the thing's key
 */
export function share(change: Change, origin: Origin, facts: SharedFacts): string {
  const { undo, dirt, state } = change
  const key = sharedKeyOf(change, origin, facts)
  const name = 'context' in facts ? facts.context : undefined
  const context = name === undefined ? undefined : contextOf(change, origin.rankKey, name)
  if (context !== undefined) {
    seenAt(change, context.context, facts.time)
    markContext(change, context.key)
  }
  const owner = context?.key ?? origin.rankKey
  const shared = state.shared.get(key) ?? newShared(change, key, facts)
  const since = shared.members.get(owner)
  if (since === undefined) joins(change, key, shared, owner, facts)
  else if (facts.time < since) {
    undo.put(shared.members, owner, facts.time)
    markUses(change, owner)
  }
  if (facts.type === 'artifact' || facts.type === 'dataset')
    undo.push(shared.files, fileKey(origin.rankKey, origin.stream, origin.number))
  if (facts.type === 'artifact') tellFile(change, shared, facts)
  dirt.mark('shared', key)
  if (isCode(facts) || facts.type === 'source') dirt.mark('source', '')
  return key
}

/** Who names the same file may say something else of it. */
function tellFile(change: Change, shared: SharedState, facts: EventOf<'artifact'>): void {
  const told = contentOf(facts)
  if (shared.told.has(told)) return
  change.undo.put(shared.told, told, facts)
  if (shared.told.size > 1) for (const owner of shared.members.keys()) markUses(change, owner)
}

function joins(change: Change, key: string, shared: SharedState, owner: string, facts: SharedFacts): void {
  const { undo, links, state } = change
  undo.put(shared.members, owner, facts.time)
  links.told.add(undo, owner, key)
  if (facts.type === 'environment') mergeVariables(change, shared, facts)
  if (facts.type === 'param' && shared.direction === 'input') tellParam(change, key, owner, facts)
  if (state.ranks.has(owner) || state.contexts.has(owner)) markUses(change, owner)
  // The files of a rank's code are behind its source, once it has one.
  if (facts.type === 'source') markUsesOfAll(change, owner)
}

/** Its rank's set has it when all ranks of the attempt told it alike; whose sets change by that are looked at again. */
function tellParam(change: Change, key: string, owner: string, facts: EventOf<'param'>): void {
  const { undo, links, state } = change
  const rank = ownerRank(state, owner)
  if (rank === undefined) return
  if (rank.firstParam === undefined) undo.set(rank, 'firstParam', facts.time)
  for (const value of links.tellers.add(undo, rank.attempt, owner, paramKeyOf(facts), key))
    for (const other of state.shared.get(value)?.members.keys() ?? [])
      if (ownerRank(state, other)?.attempt === rank.attempt) markUses(change, other)
}

function newShared(change: Change, key: string, facts: SharedFacts): SharedState {
  const { state, undo } = change
  const made: SharedState = {
    id: sharedId(facts, key),
    direction: directionOf(facts),
    facts,
    members: new Map(),
    variables: new Map(),
    files: [],
    holds: new Map(),
    told: new Map(),
  }
  undo.put(state.shared, key, made)
  if (facts.type === 'param') newValue(change, key, facts)
  if (facts.type === 'environment') packagesOf(change, facts)
  if (facts.type === 'dataset') undo.push(state.datasets, key)
  if (facts.type === 'artifact') undo.push(state.files, key)
  if (isNamedByWord(facts)) {
    undo.push(state.code, key)
    // Of these one alone goes by its word: with a second, all have others.
    change.dirt.markAll()
  }
  return made
}

function isNamedByWord(facts: SharedFacts): boolean {
  return facts.type === 'command' || facts.type === 'source' || isCode(facts)
}

function newValue({ state, undo, dirt }: Change, key: string, facts: EventOf<'param'>): void {
  const param = paramKeyOf(facts)
  const values = state.params.get(param) ?? []
  undo.put(state.params, param, values)
  undo.push(values, key)
  if (values.length === 2) dirt.mark('shared', values[0]!)
  if (directionOf(facts) === 'output') return
  if (!state.hyperparameters.has(facts.key)) undo.put(state.hyperparameters, facts.key, true)
  dirt.mark('term', `p${facts.key}`)
}

export function paramKeyOf({ key, context, source, direction }: EventOf<'param'>): string {
  return keyOf('param', key, context, source, direction ?? 'input')
}

/** What makes two of them the same. */
function sharedKeyOf({ state }: Change, { rankKey }: Origin, facts: SharedFacts): string {
  switch (facts.type) {
    case 'param':
      return valueKeyOf(paramKeyOf(facts), JSON.stringify([facts.valueType, facts.value]))
    case 'artifact': {
      const place = placeOf(facts)
      if (isCode(facts))
        return keyOf(facts.kind, facts.kind === 'diff' ? (facts.sha256 ?? facts.name) : place)
      // A folder that all machines see is told once for each: nobody knows that it is one.
      return keyOf('file', state.ranks.get(rankKey)?.hostKey ?? rankKey, place)
    }
    case 'model':
      return keyOf('model', facts.name)
    case 'dataset':
    case 'source':
    case 'environment':
    case 'command':
      return keyOf(facts.type, contentOf(facts))
  }
}

/** What has no path goes by its name. */
function placeOf({ path, name }: { readonly path?: string; readonly name: string }): string {
  return path ?? name
}

/** All but time and context, for environments but variables, which differ by rank, and for files but what is of one call. */
function contentOf(facts: SharedFacts): string {
  const entries = Object.entries(facts).filter(
    ([name]) =>
      name !== 'time' &&
      name !== 'context' &&
      !(facts.type === 'environment' && name === 'variables') &&
      !(facts.type === 'artifact' && ofOneCall.has(name)),
  )
  return JSON.stringify(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, sorted(value)]),
  )
}

/** What a file is by, where and when it was logged, not what it is. */
const ofOneCall: ReadonlySet<string> = new Set(['step', 'mark', 'mode', 'group', 'copy', 'subfolder'])

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Keeps the variables that all members have alike, and the names of the others. */
function mergeVariables({ undo }: Change, shared: SharedState, facts: EventOf<'environment'>): void {
  const given = new Map(Object.entries(facts.variables ?? {}))
  const isFirst = shared.members.size === 1
  for (const name of shared.variables.keys()) if (!given.has(name)) undo.put(shared.variables, name, null)
  for (const [name, value] of given) {
    const known = shared.variables.get(name)
    if (known === undefined) undo.put(shared.variables, name, isFirst ? value : null)
    else if (known !== value) undo.put(shared.variables, name, null)
  }
}
