import type { Records } from '@provloom/rundir/entry'
import type { RankState, StreamState } from '../state.ts'
import type { Change } from './change.ts'

/** A rank's stream, made at its first mention. */
export function streamOf({ undo }: Change, rank: RankState, name: string): StreamState {
  const known = rank.streams.get(name)
  if (known !== undefined) return known
  const made = emptyStream()
  undo.put(rank.streams, name, made)
  return made
}

export function emptyStream(): StreamState {
  return {
    next: 0,
    stored: 0,
    bad: 0,
    lost: 0,
    skipped: 0,
    undeclared: 0,
    drops: new Map(),
    slots: new Map(),
    files: 0,
    inFolders: [],
  }
}

/**
 * The stream has come to the end of these records. Those before them that never came are lost: the writer says so, or an
 * entry that held them is gone. They had been acknowledged, so they cannot be had again.
 */
export function moveOn(
  { undo }: Change,
  stream: StreamState,
  records: Pick<Records, 'first' | 'count' | 'lost'>,
): void {
  const { first, count, lost } = records
  const gone = Math.max(lost, first - stream.next)
  if (gone > 0) undo.set(stream, 'lost', stream.lost + gone)
  undo.set(stream, 'next', Math.max(stream.next, first + count))
}
