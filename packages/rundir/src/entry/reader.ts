import { reasonOf } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import type { RunEntry, Skipped } from './entry.ts'

/** What is built from a run's entries in their order, and is a function of them alone. */
export interface EntryReader {
  /**
   * Takes in the next entry, as far as that may fail. `keep` or `undo` is called at once, and the entry is then taken
   * in, or the reader as it was.
   *
   * @throws when it cannot take the entry in; it is then as it was. `skipped` it always can
   */
  take(position: Lsn, entry: RunEntry | Skipped): Taking
}

/** Neither of the two fails. */
export interface Taking {
  keep(): void
  undo(): void
}

/**
 * Gives an entry to all readers. Where one of them cannot take it in, none does: all skip it, live and in every replay
 * alike.
 *
 * @returns why it was skipped; undefined when it was not
 */
export function takeIn(
  readers: readonly EntryReader[],
  position: Lsn,
  entry: RunEntry | Skipped,
): string | undefined {
  try {
    give(readers, position, entry)
    return undefined
  } catch (error) {
    const reason = reasonOf(error)
    try {
      give(readers, position, skippedFor(entry, reason))
    } catch {
      // Not even that, for want of memory: it goes uncounted, and the next one is tried.
    }
    return reason
  }
}

function give(readers: readonly EntryReader[], position: Lsn, entry: RunEntry | Skipped): void {
  const takings: Taking[] = []
  try {
    for (const reader of readers) takings.push(reader.take(position, entry))
  } catch (error) {
    for (const taking of takings.toReversed()) taking.undo()
    throw error
  }
  for (const taking of takings) taking.keep()
}

function skippedFor(entry: RunEntry | Skipped, reason: string): Skipped {
  if (entry.kind !== 'records') return { kind: 'skipped', entries: 1, reason }
  const { rank, attempt, stream, first, count, lost } = entry
  return { kind: 'skipped', entries: 1, reason, records: { rank, attempt, stream, first, count, lost } }
}
