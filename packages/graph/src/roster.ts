import type { Attempt, Rank } from '@provloom/shared'
import type { AttemptIndex } from './attempt-index.ts'
import type { RankState, RunState } from './state.ts'
import { expectedRanks, rankStatus } from './status.ts'
import type { Status } from './status.ts'

/**
 * Who takes part in a run, how far their streams have come and how they stand: what the end of the run, its flushes, its
 * summary and its graph are decided by. Folded once, from the journal's entries alone.
 */
export interface Roster {
  /** The last entry that was taken in; -1 before the first. */
  readonly position: number
  readonly closed: boolean
  /** Of the latest attempt; undefined while nobody told. */
  readonly worldSize: number | undefined
  /** Ranks that decide how the run stands: those below are waited for. Infinity where nobody told how many there are. */
  readonly expectedRanks: number
  /** Of the known world, as was recorded when the run came to its end, but for those that have come since. */
  readonly absent: readonly number[]
  readonly elsewhere: readonly number[]
  /** Records stored. */
  readonly records: number
  /** Params, artifacts and points of declared series among them. */
  readonly logs: number
  /** Pictures that a rank asked for. */
  readonly createGraph: boolean
  readonly createSvg: boolean
  /** Ranks turned away by `collectAllProcesses`. */
  readonly refused: ReadonlyMap<number, true>
  /** Whether the entry was not taken in, so that its rows are in no part. Known of the last thousand such. */
  wasSkipped(position: number): boolean
  readonly rankCount: number
  readonly attemptCount: number
  /** The last attempt of each rank, in no order. */
  latest(): Iterable<RankState>
  /** Of any rank; -1 while there is none. */
  readonly highestAttempt: number
  /** The last attempt of a rank. */
  lastOf(rank: Rank): RankState | undefined
  /** An attempt of a rank that is in the journal. */
  find(rank: Rank, attempt: Attempt): RankState | undefined
  /** The attempt of a rank that a session holds. */
  heldBy(rank: Rank, session: string): RankState | undefined
  statusOf(rank: RankState): Status
}

export class StateRoster implements Roster {
  readonly #state: RunState
  readonly #attempts: AttemptIndex

  constructor(state: RunState, attempts: AttemptIndex) {
    this.#state = state
    this.#attempts = attempts
  }

  get position(): number {
    return this.#state.lsn
  }

  get closed(): boolean {
    return this.#state.closed !== undefined
  }

  get worldSize(): number | undefined {
    return this.#state.worldSize
  }

  get expectedRanks(): number {
    return expectedRanks(this.#state)
  }

  get absent(): readonly number[] {
    return this.#state.absent
  }

  get elsewhere(): readonly number[] {
    return this.#state.elsewhere
  }

  get records(): number {
    return this.#state.records
  }

  get logs(): number {
    return this.#state.logs
  }

  get createGraph(): boolean {
    return this.#state.createGraph
  }

  get createSvg(): boolean {
    return this.#state.createSvg
  }

  get refused(): ReadonlyMap<number, true> {
    return this.#state.refused
  }

  get rankCount(): number {
    return this.#attempts.rankCount
  }

  get attemptCount(): number {
    return this.#state.ranks.size
  }

  wasSkipped(position: number): boolean {
    return this.#state.skippedAt.includes(position)
  }

  latest(): Iterable<RankState> {
    return this.#attempts.latest()
  }

  get highestAttempt(): number {
    return this.#attempts.highest
  }

  lastOf(rank: Rank): RankState | undefined {
    return this.#attempts.lastOf(rank)
  }

  find(rank: Rank, attempt: Attempt): RankState | undefined {
    return this.#attempts.find(rank, attempt)
  }

  heldBy(rank: Rank, session: string): RankState | undefined {
    return this.#attempts.of(rank).find(({ holder }) => holder?.session === session)
  }

  statusOf(rank: RankState): Status {
    return rankStatus(this.#state, rank)
  }
}
