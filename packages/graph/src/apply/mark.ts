import type { Change } from './change.ts'

/** A rank and what ends with it. */
export function markRank({ state, dirt }: Change, key: string): void {
  dirt.mark('rank', key)
  for (const context of state.ranks.get(key)?.contexts ?? []) dirt.mark('context', context)
}

export function growWorld({ state }: Change, worldSize: number): void {
  state.worldSize = Math.max(state.worldSize ?? 0, worldSize)
}
