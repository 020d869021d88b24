import type { HeadFile } from '@provloom/rundir/entry'
import type { EventOf, RunState, SharedState } from '../state.ts'

/** Files and datasets that were used, in the order in which they came. */
export function headInputs(state: RunState): HeadFile[] {
  const inputs: HeadFile[] = []
  for (const shared of state.shared.values()) {
    const { facts, direction } = shared
    if (direction !== 'input') continue
    if (facts.type === 'artifact') inputs.push(fileOf(state, facts, storedOf(state, shared)))
    else if (facts.type === 'dataset') inputs.push(datasetOf(facts, storedOf(state, shared)))
  }
  return inputs
}

/** Files that were made, the last one first. */
export function headOutputs(state: RunState): HeadFile[] {
  const made: HeadFile[] = []
  for (const [key, { event, rankKey, modelKey }] of state.artifacts) {
    const rank = state.ranks.get(rankKey)?.rank
    const model = modelKey === undefined ? undefined : state.models.get(modelKey)?.name
    made.push({
      ...fileOf(state, event, state.stored.get(key)?.event),
      ...(rank === undefined ? {} : { rank }),
      ...(event.step === undefined ? {} : { step: event.step }),
      ...(event.version === undefined ? {} : { version: event.version }),
      ...(model === undefined ? {} : { model }),
    })
  }
  return made.toReversed()
}

/** Ranks that name the same file found the same in it, or it is told as a problem. */
function storedOf(state: RunState, { files }: SharedState): EventOf<'artifact.stored'> | undefined {
  for (const key of files) {
    const stored = state.stored.get(key)?.event
    if (stored?.sha256 !== undefined) return stored
  }
  return undefined
}

function fileOf(
  { gone }: RunState,
  event: EventOf<'artifact'>,
  found: EventOf<'artifact.stored'> | undefined,
): HeadFile {
  const size = found?.size ?? event.size
  const sha256 = found?.sha256 ?? event.sha256
  return {
    name: event.name,
    kind: event.kind,
    ...(event.path === undefined ? {} : { path: event.path }),
    ...(size === undefined ? {} : { size }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(found?.stored === undefined || gone.has(found.stored) ? {} : { stored: found.stored }),
  }
}

function datasetOf(
  { label, path, ...told }: EventOf<'dataset'>,
  found: EventOf<'artifact.stored'> | undefined,
): HeadFile {
  const [size, sha256] = [told.size ?? found?.size, told.sha256 ?? found?.sha256]
  return {
    name: label,
    kind: 'dataset',
    ...(path === undefined ? {} : { path }),
    ...(size === undefined ? {} : { size }),
    ...(sha256 === undefined ? {} : { sha256 }),
  }
}
