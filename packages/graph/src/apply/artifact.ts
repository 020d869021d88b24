import { claimId, fileKey, keyOf, slug } from '../name.ts'
import type { ArtifactState, EventOf, ModelState, RunState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { contextOf, seenAt, tellProblem } from './find.ts'
import { groupKeyOf, share } from './share.ts'

/** A file that was logged: an input is shared by the ranks that name the same, an output is its rank's own. */
export function applyArtifact(change: Change, origin: Origin, event: EventOf<'artifact'>): void {
  const { state, dirt } = change
  if (event.role === 'input') {
    share(change, origin, event)
    return
  }
  const key = fileKey(origin.rankKey, origin.stream, origin.number)
  if (state.artifacts.has(key)) return
  const context = event.context === undefined ? undefined : contextOf(change, origin.rankKey, event.context)
  if (context !== undefined) {
    seenAt(change, context.context, event.time)
    dirt.mark('context', context.key)
  }
  const rank = state.ranks.get(origin.rankKey)
  const wanted = `${context?.context.id ?? rank?.id ?? 'rank'}.file.${slug(event.name)}${occasion(event)}`
  const made: ArtifactState = {
    id: claimId(change, wanted, key),
    copyId: claimId(change, `${wanted}.copy`, `copy ${key}`),
    rankKey: origin.rankKey,
    contextKey: context?.key,
    event,
    modelKey: modelKeyOf(change, event),
    previous: undefined,
  }
  change.undo.put(state.artifacts, key, made)
  chain(change, key, made, rank?.rank ?? 0)
  dirt.mark('artifact', key)
}

/** What sets files of one name apart for people: version or step. */
function occasion({ version, step }: EventOf<'artifact'>): string {
  if (version !== undefined) return `.v${version}`
  return step === undefined || step <= 0 ? '' : `.step-${step}`
}

/** What the agent found out about a file, before or after the event that logged it. */
export function applyStored(change: Change, origin: Origin, event: EventOf<'artifact.stored'>): void {
  const { state, dirt, undo } = change
  const key = fileKey(origin.rankKey, event.stream, event.number)
  const before = state.stored.get(key)
  // An agent that came later and did not know that it was done has found what was left of it.
  if (before !== undefined && before.problem === undefined && event.problem !== undefined) return
  undo.put(state.stored, key, event)
  // What its client saw already is told by that; an agent that was restarted says it again.
  const known = before?.problem ?? state.artifacts.get(key)?.event.problem
  if (event.problem !== undefined && known === undefined)
    tellProblem(change, origin.rankKey, 'FILE_NOT_STORED', `${fileWords(state, key)}${event.problem}`)
  if (state.artifacts.has(key)) dirt.mark('artifact', key)
  for (const shared of state.shared.values()) {
    if (shared.facts.type === 'artifact' && shared.files.includes(key))
      dirt.mark('group', groupKeyOf(shared.facts))
  }
}

function fileWords(state: RunState, key: string): string {
  const path = state.artifacts.get(key)?.event.path
  return path === undefined ? '' : `${path}: `
}

/** Versions belong to the model of their name; a model's file belongs to it where there is one. */
function modelKeyOf(change: Change, event: EventOf<'artifact'>): string | undefined {
  if (event.version === undefined && event.kind !== 'model') return undefined
  const name = modelNameOf(event)
  const key = keyOf(name)
  const { state, dirt } = change
  if (!state.models.has(key)) {
    const id = claimId(change, `model.${slug(name)}`, `model ${name}`)
    const made: ModelState = { id, name, versions: new Map() }
    change.undo.put(state.models, key, made)
  }
  dirt.mark('model', key)
  return key
}

/** Endings of files that hold models; a name such as `vit.b16` has none. */
const weightsEnding =
  /\.(?:pt|pth|bin|ckpt|safetensors|onnx|h5|keras|pkl|pickle|joblib|npz|npy|json|pb|gguf|tar|zip|gz)$/i

/** Of a file that was logged as a model by its path alone, the name without its ending. */
export function modelNameOf({ name, model }: EventOf<'artifact'>): string {
  return model ?? (name.replace(weightsEnding, '') || name)
}

/**
 * Each version of a rank's model is a revision of the one before; the model's own file comes from the last version there
 * is. Versions come in order of their numbers, so that however they arrive none is derived from itself.
 */
function chain(change: Change, key: string, artifact: ArtifactState, rank: number): void {
  const { state, dirt, undo } = change
  const model = artifact.modelKey === undefined ? undefined : state.models.get(artifact.modelKey)
  if (model === undefined) return
  const versions = versionsOf(change, model, rank)
  if (artifact.event.version === undefined) {
    undo.set(artifact, 'previous', versions.at(-1))
    return
  }
  const at = versions.findLastIndex((other) => versionAt(state, other) <= versionAt(state, key)) + 1
  undo.insert(versions, at, key)
  undo.set(artifact, 'previous', versions[at - 1])
  const nextKey = versions[at + 1]
  const next = nextKey === undefined ? undefined : state.artifacts.get(nextKey)
  if (nextKey === undefined || next === undefined) return
  undo.set(next, 'previous', key)
  dirt.mark('artifact', nextKey)
}

function versionsOf({ undo }: Change, model: ModelState, rank: number): string[] {
  const key = String(rank)
  const known = model.versions.get(key)
  if (known !== undefined) return known
  const made: string[] = []
  undo.put(model.versions, key, made)
  return made
}

function versionAt(state: RunState, key: string): number {
  return state.artifacts.get(key)?.event.version ?? 0
}
