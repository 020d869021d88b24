import { sleep } from './place.ts'
import type { Place } from './place.ts'
import { RankAttempt } from './rank-attempt.ts'
import type { ChaosSettings } from './settings.ts'
import { Turns } from './turns.ts'

/** Calls of all ranks that are started again get a share of what is left. */
export class Ranks {
  readonly all: RankAttempt[] = []
  readonly #place: Place
  readonly #settings: ChaosSettings
  readonly #turns = new Turns(4)

  constructor(place: Place, settings: ChaosSettings) {
    this.#place = place
    this.#settings = settings
  }

  /** The attempts whose worker is the rank's latest. */
  get latest(): RankAttempt[] {
    return [...new Map(this.all.map((one) => [one.plan.rank, one])).values()]
  }

  async start(): Promise<void> {
    const { ranks, events } = this.#settings
    for (let rank = 0; rank < ranks; rank++) {
      const count = Math.floor((events * (rank + 1)) / ranks) - Math.floor((events * rank) / ranks)
      this.#add({ rank, attempt: 0, first: 0, count, total: count })
      await sleep(20)
    }
  }

  /** As an elastic launcher does: the next attempt makes the calls that the killed one did not come to. */
  restart(killed: RankAttempt, returned: number): void {
    const { rank, attempt, first, count, total } = killed.plan
    this.#add({ rank, attempt: attempt + 1, first: first + returned, count: count - returned, total })
  }

  end(): void {
    for (const one of this.all) one.end()
  }

  #add(plan: RankAttempt['plan']): void {
    const made = new RankAttempt(this.#place, this.#settings, plan, this.#turns)
    this.all.push(made)
    made.start()
  }
}
