import { rest, sessionPlans } from './plan.ts'
import { sleep } from './place.ts'
import type { Place } from './place.ts'
import { RankAttempt } from './rank-attempt.ts'
import type { AttemptPlan } from './rank-attempt.ts'
import type { ChaosSettings } from './settings.ts'

/** All attempts of all ranks. */
export class Ranks {
  readonly all: RankAttempt[] = []
  readonly #place: Place
  readonly #settings: ChaosSettings
  #ended = false

  constructor(place: Place, settings: ChaosSettings) {
    this.#place = place
    this.#settings = settings
  }

  /** The attempts whose worker is the rank's latest. */
  get latest(): RankAttempt[] {
    return [...new Map(this.all.map((one) => [one.plan.rank, one])).values()]
  }

  get returned(): number {
    return this.all.reduce((sum, one) => sum + one.returned, 0)
  }

  async start(): Promise<void> {
    const { ranks, events } = this.#settings
    for (let rank = 0; rank < ranks; rank++) {
      const total = Math.floor((events * (rank + 1)) / ranks) - Math.floor((events * rank) / ranks)
      this.#add({ rank, attempt: 0, total, sessions: sessionPlans(this.#settings, total) })
      await sleep(20)
    }
  }

  /** As an elastic launcher does: the next attempt makes all sessions again, and in each the calls that are left. */
  restart(dead: RankAttempt): void {
    const { plan, progress } = dead
    const sessions = plan.sessions.map((one, i) => rest(one, progress[i]!.returned))
    this.#add({ ...plan, attempt: plan.attempt + 1, sessions })
  }

  end(): void {
    this.#ended = true
    for (const one of this.all) one.end()
  }

  #add(plan: AttemptPlan): void {
    const made = new RankAttempt(this.#place, this.#settings, plan)
    this.all.push(made)
    // Killed before it had started its worker, the agent is all that the launcher sees of the rank.
    void made.agentGone.then(() => {
      if (!this.#ended && made.neverBegan) this.restart(made)
    })
  }
}
