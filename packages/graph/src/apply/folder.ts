import type { EventOf, RankState, RunState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { streamOf } from './stream.ts'

/** A folder as it was logged: its files come before it in its stream. */
export function isFolder({ mediaType, depth }: EventOf<'artifact'>): boolean {
  return mediaType === 'inode/directory' && depth === undefined
}

/**
 * Remembers a file of a folder, until that is told.
 *
 * @param key of the file, or of what ranks have alike
 * @returns of a folder the keys of what it holds
 */
export function gather(
  change: Change,
  { stream: name }: Origin,
  rank: RankState,
  event: EventOf<'artifact'>,
  key: string,
): readonly string[] {
  const { state, undo } = change
  const stream = streamOf(change, rank, name)
  if (event.depth !== undefined) undo.push(stream.inFolders, key)
  if (!isFolder(event) || stream.inFolders.length === 0) return []
  const below = `${placeOf(event).replace(/\/$/, '')}/`
  const isIn = (one: string): boolean => pathOf(state, one)?.startsWith(below) === true
  const members = stream.inFolders.filter(isIn)
  undo.set(
    stream,
    'inFolders',
    stream.inFolders.filter((one) => !isIn(one)),
  )
  return [...new Set(members)]
}

function pathOf(state: RunState, key: string): string | undefined {
  const facts = state.artifacts.get(key)?.event ?? state.shared.get(key)?.facts
  return facts?.type === 'artifact' ? placeOf(facts) : undefined
}

/** What is ours alone has no path: its name says where it lies in its folder. */
function placeOf({ path, name }: { readonly path?: string; readonly name: string }): string {
  return path ?? name
}
