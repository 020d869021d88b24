import type { RankState, Roster } from '@provloom/graph'
import type { Clock } from '@provloom/shared'

interface Seen {
  /** Which end or loss it was: a rank may come back and go again. */
  readonly which: string
  readonly atMs: number
}

/**
 * How long ago ranks ended or were lost. The journal's times are by the wall clock, which somebody may set in mid-run:
 * a run would then end too early, or wait for days. So each departure counts from when it was first seen here, by the
 * clock that never jumps; after a restart of the aggregator the wait begins anew.
 */
export class Departures {
  readonly #clock: Clock
  readonly #seen = new WeakMap<RankState, Seen>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes who has left since the last look. */
  look(roster: Roster): void {
    for (const state of roster.latest())
      if (state.ended !== undefined || state.lost !== undefined || state.kept !== undefined) this.agoMs(state)
  }

  agoMs(state: RankState): number {
    const now = this.#clock.monotonicMs()
    const which = state.ended === undefined ? `lost ${state.lost}` : `ended ${state.ended}`
    const seen = this.#seen.get(state)
    if (seen?.which === which) return now - seen.atMs
    this.#seen.set(state, { which, atMs: now })
    return 0
  }
}
