import type { Attempt, Rank } from '@provloom/shared'
import type { RankState, RunState } from './state.ts'

interface Known {
  readonly key: string
  readonly state: RankState
}

/**
 * The attempts of each rank in their order, so that neighbours are found without a look at all ranks of the run.
 * Follows from the state, so a snapshot does not hold it.
 */
export class AttemptIndex {
  readonly #ofRank = new Map<Rank, Known[]>()
  /** How many ranks have an attempt of this number. */
  readonly #sizes = new Map<Attempt, number>()

  constructor(state: RunState) {
    for (const [key, rank] of state.ranks) this.add(key, rank)
  }

  add(key: string, state: RankState): void {
    this.#sizes.set(state.attempt, this.sizeOf(state.attempt) + 1)
    const known = this.#ofRank.get(state.rank)
    if (known === undefined) this.#ofRank.set(state.rank, [{ key, state }])
    else known.splice(placeOf(known, state.attempt), 0, { key, state })
  }

  /** As if it had never been added. */
  remove(state: RankState): void {
    const size = this.sizeOf(state.attempt) - 1
    if (size > 0) this.#sizes.set(state.attempt, size)
    else this.#sizes.delete(state.attempt)
    const known = this.#ofRank.get(state.rank) ?? []
    const at = known.findIndex((one) => one.state === state)
    if (at >= 0) known.splice(at, 1)
    if (known.length === 0) this.#ofRank.delete(state.rank)
  }

  /** Attempts of the run, in their order. */
  get numbers(): Attempt[] {
    return [...this.#sizes.keys()].sort((a, b) => a - b)
  }

  /** Ranks that have an attempt of this number. */
  sizeOf(attempt: Attempt): number {
    return this.#sizes.get(attempt) ?? 0
  }

  /** Ranks of which an attempt is known. */
  get rankCount(): number {
    return this.#ofRank.size
  }

  /** The highest attempt of any rank; -1 while there is none. */
  get highest(): number {
    let highest = -1
    for (const known of this.#ofRank.values()) highest = Math.max(highest, known.at(-1)!.state.attempt)
    return highest
  }

  lastOf(rank: Rank): RankState | undefined {
    return this.#ofRank.get(rank)?.at(-1)?.state
  }

  /** The last attempt of each rank, in no order. */
  *latest(): Generator<RankState, void> {
    for (const known of this.#ofRank.values()) yield known.at(-1)!.state
  }

  /** All attempts of a rank, in their order. */
  of(rank: Rank): RankState[] {
    return (this.#ofRank.get(rank) ?? []).map(({ state }) => state)
  }

  find(rank: Rank, attempt: Attempt): RankState | undefined {
    const known = this.#ofRank.get(rank)
    if (known === undefined) return undefined
    const found = known[placeOf(known, attempt)]?.state
    return found?.attempt === attempt ? found : undefined
  }
}

/** How many attempts are before this one. */
function placeOf(known: readonly Known[], attempt: number): number {
  let low = 0
  let high = known.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (known[middle]!.state.attempt < attempt) low = middle + 1
    else high = middle
  }
  return low
}
