import { fileKey, shortHash } from '../name.ts'
import type { ArtifactState, EventOf, ModelState, RankState, RunState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { contextOf, seenAt, tellProblem } from './find.ts'
import { gather } from './folder.ts'
import { groupContextOf } from './group-context.ts'
import { markContext, markUses } from './mark.ts'
import { modelOf } from './model.ts'
import { share } from './share.ts'
import { isCode, isModelFile } from './shared-id.ts'
import { streamOf } from './stream.ts'

/** A file that was logged: an input is shared by the ranks that name the same, an output is its rank's own. */
export function applyArtifact(
  change: Change,
  origin: Origin,
  rank: RankState,
  event: EventOf<'artifact'>,
): void {
  const { state, undo, dirt, links } = change
  if (event.role === 'input' || isCode(event)) {
    const shared = share(change, origin, event)
    for (const one of gather(change, origin, rank, event, shared)) hold(change, shared, one)
    return
  }
  const key = fileKey(origin.rankKey, origin.stream, origin.number)
  if (state.artifacts.has(key)) return
  const context = event.context === undefined ? undefined : contextOf(change, origin.rankKey, event.context)
  if (context !== undefined) {
    seenAt(change, context.context, event.time)
    markContext(change, context.key)
  }
  const made: ArtifactState = {
    id: `${context?.context.id ?? rank.id}.file.${numberOf(change, origin, rank)}${versionOf(event)}`,
    rankKey: origin.rankKey,
    contextKey: context?.key,
    event,
    // What lies in a folder is a part of the model, and none itself.
    modelKey: event.depth === undefined ? modelKeyOf(change, event) : undefined,
    previous: undefined,
    members: gather(change, origin, rank, event, key),
  }
  undo.put(state.artifacts, key, made)
  links.files.add(undo, origin.rankKey, key)
  if (context !== undefined) {
    links.files.add(undo, context.key, key)
    markUses(change, context.key)
  }
  if (isModelFile(event))
    for (const group of links.groups.of(origin.rankKey)) groupContextOf(change, group, event.context)
  chain(change, key, made)
  dirt.mark('artifact', key)
}

function hold({ state, undo }: Change, folder: string, key: string): void {
  const shared = state.shared.get(folder)
  if (shared !== undefined && !shared.holds.has(key)) undo.put(shared.holds, key, true)
}

function versionOf({ version }: EventOf<'artifact'>): string {
  return version === undefined ? '' : `.v${version}`
}

/** Files of a rank are counted by who logs them: the session's own process, or another stream, which is named. */
function numberOf(change: Change, { stream: name }: Origin, rank: RankState): string {
  const stream = streamOf(change, rank, name)
  const number = stream.files
  change.undo.set(stream, 'files', number + 1)
  return rank.mainStream === name ? String(number) : `${shortHash(name)}-${number}`
}

/** What the agent found out about a file, before or after the event that logged it. */
export function applyStored(change: Change, origin: Origin, event: EventOf<'artifact.stored'>): void {
  const { state, dirt, undo } = change
  const key = fileKey(origin.rankKey, event.stream, event.number)
  const before = state.stored.get(key)?.event
  // An agent that came later and did not know that it was done has found what was left of it.
  if (before !== undefined && before.problem === undefined && event.problem !== undefined) return
  undo.put(state.stored, key, { event, maker: state.recoveries.length })
  // What its client saw already is told by that; an agent that was restarted says it again.
  const known = before?.problem ?? state.artifacts.get(key)?.event.problem
  if (event.problem !== undefined && known === undefined)
    tellProblem(change, origin.rankKey, 'FILE_NOT_STORED', `${fileWords(state, key)}${event.problem}`)
  if (state.artifacts.has(key)) dirt.mark('artifact', key)
  for (const sharedKey of [...state.files, ...state.datasets]) {
    const shared = state.shared.get(sharedKey)
    if (shared === undefined || !shared.files.includes(key)) continue
    dirt.mark('shared', sharedKey)
    if (isCode(shared.facts)) dirt.mark('source', '')
  }
}

function fileWords(state: RunState, key: string): string {
  const path = state.artifacts.get(key)?.event.path ?? datasetPath(state, key)
  return path === undefined ? '' : `${path}: `
}

function datasetPath({ datasets, shared }: RunState, key: string): string | undefined {
  for (const one of datasets) {
    const of = shared.get(one)
    if (of?.facts.type === 'dataset' && of.files.includes(key)) return of.facts.path
  }
  return undefined
}

/** Versions belong to the model of their name; a model's file belongs to it where there is one. */
function modelKeyOf(change: Change, event: EventOf<'artifact'>): string | undefined {
  if (event.version === undefined && event.kind !== 'model') return undefined
  const { key } = modelOf(change, modelNameOf(event))
  change.dirt.mark('model', key)
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
 * is. Versions come in order of their numbers, so that however they arrive none is derived from itself. An attempt begins
 * with none: whether it went on from a file of a former one is told by who reads that.
 */
function chain(change: Change, key: string, artifact: ArtifactState): void {
  const { state, dirt, undo } = change
  const model = artifact.modelKey === undefined ? undefined : state.models.get(artifact.modelKey)
  if (model === undefined) return
  const versions = versionsOf(change, model, artifact.rankKey)
  if (artifact.event.version === undefined) {
    undo.set(artifact, 'previous', versions.at(-1))
    return
  }
  const at = versions.findLastIndex((other) => isBefore(state, other, key)) + 1
  undo.insert(versions, at, key)
  undo.set(artifact, 'previous', versions[at - 1])
  const nextKey = versions[at + 1]
  const next = nextKey === undefined ? undefined : state.artifacts.get(nextKey)
  if (nextKey === undefined || next === undefined) return
  undo.set(next, 'previous', key)
  dirt.mark('artifact', nextKey)
}

function versionsOf({ undo }: Change, model: ModelState, key: string): string[] {
  const known = model.versions.get(key)
  if (known !== undefined) return known
  const made: string[] = []
  undo.put(model.versions, key, made)
  return made
}

function isBefore(state: RunState, one: string, other: string): boolean {
  const [a, b] = [versionAt(state, one), versionAt(state, other)]
  return a < b || (a === b && one < other)
}

function versionAt(state: RunState, key: string): number {
  return state.artifacts.get(key)?.event.version ?? 0
}
