import type { Attempt } from '@provloom/shared'
import type { Change } from './change.ts'

/** A rank and what ends with it. */
export function markRank({ state, dirt }: Change, key: string): void {
  dirt.mark('rank', key)
  for (const context of state.ranks.get(key)?.contexts ?? []) dirt.mark('context', context)
}

/** An elastic restart may come back with fewer ranks: the latest attempt knows, and of one attempt the largest told. */
export function tellWorld({ state, undo }: Change, attempt: Attempt, worldSize: number): void {
  if (attempt < state.worldAttempt) return
  const before = attempt === state.worldAttempt ? (state.worldSize ?? 0) : 0
  undo.set(state, 'worldSize', Math.max(before, worldSize))
  undo.set(state, 'worldAttempt', attempt)
}
