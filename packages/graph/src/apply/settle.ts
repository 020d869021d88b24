import { limits } from '@provloom/shared'
import type { RankState } from '../state.ts'
import type { Change } from './change.ts'
import { markUses } from './mark.ts'

/**
 * From now on the document says which parameters the rank uses: before, ranks that start would change each other's sets
 * with every flush.
 */
export function settle(change: Change, rankKey: string, rank: RankState): void {
  if (rank.settled) return
  change.undo.set(rank, 'settled', true)
  markUses(change, rankKey)
  for (const context of rank.contexts) markUses(change, context)
}

/** What was heard of the rank, by the clock of its records: its parameters have come when the first is that old. */
export function heardAt(change: Change, rankKey: string, rank: RankState, timeUs: number): void {
  if (rank.settled || rank.firstParam === undefined) return
  if (timeUs - rank.firstParam >= limits.parametersPendingMs * 1000) settle(change, rankKey, rank)
}
