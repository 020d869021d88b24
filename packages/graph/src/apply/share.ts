import { claimId, fileKey, keyOf, slug } from '../name.ts'
import { variantsWrittenOutMax } from '../shape.ts'
import type { EventOf, SharedFacts, SharedState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { contextOf, seenAt } from './find.ts'

/**
 * Takes in what ranks may have alike: a thing is known by its content, so that a thousand ranks that tell the same
 * make one entity, and two that differ make two of one group.
 *
 * @param as `plan`: it is what the rank runs, and not used besides
 * @returns the thing's key
 */
export function share(
  change: Change,
  origin: Origin,
  facts: SharedFacts,
  as: 'used' | 'plan' = 'used',
): string {
  const { state, dirt, undo } = change
  const groupKey = groupKeyOf(facts)
  const key = keyOf(groupKey, contentOf(facts))
  const name = contextNameOf(facts)
  const context = name === undefined ? undefined : contextOf(change, origin.rankKey, name)
  if (context !== undefined) {
    seenAt(change, context.context, facts.time)
    dirt.mark('context', context.key)
  }
  const shared = state.shared.get(key) ?? newShared(change, key, groupKey, facts)
  if (as === 'used' && !shared.members.has(origin.rankKey)) {
    undo.put(shared.members, origin.rankKey, { time: facts.time, contextKey: context?.key })
    if (shared.direction === 'input') undo.set(state, 'inputLinks', state.inputLinks + 1)
    if (facts.type === 'environment') mergeVariables(change, shared, facts)
  }
  if (facts.type === 'artifact')
    undo.push(shared.files, fileKey(origin.rankKey, origin.stream, origin.number))
  dirt.mark('group', groupKey)
  return key
}

function newShared(change: Change, key: string, groupKey: string, facts: SharedFacts): SharedState {
  const { state, dirt, undo } = change
  const made: SharedState = {
    id: claimId(change, wantedId(facts), key),
    copyId: facts.type === 'artifact' ? claimId(change, `${wantedId(facts)}.copy`, `copy ${key}`) : undefined,
    groupKey,
    direction: directionOf(facts),
    facts,
    members: new Map(),
    variables: new Map(),
    files: [],
  }
  undo.put(state.shared, key, made)
  const group = state.groups.get(groupKey) ?? { kind: facts.type, members: [] }
  undo.put(state.groups, groupKey, group)
  undo.push(group.members, key)
  // Ranks name their command as plan only while there are few commands.
  if (facts.type === 'command' && group.members.length === variantsWrittenOutMax + 1) dirt.markAll()
  // Versions that came before the model's description are specializations of it from now on.
  if (facts.type === 'model' && group.members.length === 1) dirt.markAll()
  return made
}

/** Things of one group are variants of each other: values of a parameter, environments, commands. */
export function groupKeyOf(facts: SharedFacts): string {
  switch (facts.type) {
    case 'param':
      return keyOf('param', facts.key, facts.context, facts.source, facts.direction ?? 'input')
    case 'dataset':
      return keyOf('dataset', facts.label, facts.context, facts.direction ?? 'input')
    case 'model':
      return keyOf('model', facts.name)
    case 'artifact':
      return keyOf('file', facts.name, facts.path)
    case 'source':
    case 'environment':
    case 'command':
      return keyOf(facts.type)
  }
}

/** What makes two of them the same: all but time, and for environments but variables, which differ by rank. */
function contentOf(facts: SharedFacts): string {
  const entries = Object.entries(facts).filter(
    ([name]) =>
      name !== 'time' &&
      !(facts.type === 'environment' && name === 'variables') &&
      !(facts.type === 'artifact' && ofOneCall.has(name)),
  )
  return JSON.stringify(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, sorted(value)]),
  )
}

/** What a file is by, where and when it was logged, not what it is. */
const ofOneCall: ReadonlySet<string> = new Set(['spooled', 'context', 'step', 'mark', 'mode', 'group'])

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}

function contextNameOf(facts: SharedFacts): string | undefined {
  switch (facts.type) {
    case 'param':
    case 'dataset':
    case 'model':
    case 'artifact':
      return facts.context
    case 'source':
    case 'environment':
    case 'command':
      return undefined
  }
}

/** A logged model is made by its rank; everything else that nothing is said of is used. */
function directionOf(facts: SharedFacts): 'input' | 'output' {
  if (facts.type === 'param' || facts.type === 'dataset') return facts.direction ?? 'input'
  return facts.type === 'model' ? (facts.direction ?? 'output') : 'input'
}

function wantedId(facts: SharedFacts): string {
  switch (facts.type) {
    case 'param':
      return facts.context === undefined
        ? `param.${slug(facts.key)}`
        : `param.${slug(facts.context)}.${slug(facts.key)}`
    case 'dataset':
      return `dataset.${slug(facts.label)}`
    case 'model':
      return `model.${slug(facts.name)}`
    case 'artifact':
      return `input.${slug(facts.name)}`
    case 'source':
    case 'environment':
    case 'command':
      return facts.type
  }
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
