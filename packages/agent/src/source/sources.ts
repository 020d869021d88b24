import type { Clock } from '@provloom/shared'
import type { Place } from '../place/place.ts'
import type { Timing } from '../timing.ts'
import { AskedFacts } from './asked-facts.ts'
import { EnergyUse } from './energy-use.ts'
import type { EventSource } from './event-source.ts'
import { Facts, tellsOfHost } from './facts.ts'
import type { Subject } from './facts.ts'
import type { Observed } from './observed.ts'
import { Sampler } from './sampler.ts'
import { Usage } from './usage.ts'
import { WorkerFacts } from './worker-facts.ts'

/** The sources of all sessions of a tree, and what they share: what was asked once is not asked again. */
export class Sources {
  readonly #clock: Clock
  readonly #timing: Timing
  readonly #facts = new Facts()
  readonly #sampler: Sampler

  /** @param sampleMs 0 takes no samples */
  constructor(clock: Clock, timing: Timing, sampleMs: number) {
    this.#clock = clock
    this.#timing = timing
    this.#sampler = new Sampler(clock, sampleMs)
  }

  /** Asks now what a session will want: it is known by the end of a script of half a second. */
  foresee(subject: Subject, place: Place): void {
    this.#facts.begin(subject, place)
  }

  /** Of one session. Whatever else is to be seen of it is one more here. */
  of(observed: Observed): readonly EventSource[] {
    const [clock, { factsMs }] = [this.#clock, this.#timing]
    const asker = { ...observed, tellsOfHost: tellsOfHost(observed.place) }
    return [
      new WorkerFacts(observed),
      new AskedFacts(clock, this.#facts, observed, asker, factsMs),
      new Usage(this.#sampler, observed.pid),
      ...(countsEnergy(observed) ? [new EnergyUse(clock)] : []),
    ]
  }

  stop(): void {
    this.#facts.stop()
  }
}

/** One rank per host counts its energy; ranks that do not know their place on it leave it to rank 0. */
function countsEnergy({ place, wantsEnergy }: Observed): boolean {
  return wantsEnergy && (place.localRank === undefined ? place.rank === 0 : place.localRank === 0)
}
