import type { Clock } from '@provloom/shared'
import type { Unstored } from '../publish/sender.ts'
import type { Timing } from '../timing.ts'

/** Why nothing comes in, or that it does again. */
export interface HoldUp {
  /** For whoever waits in the script. */
  readonly clients: string | undefined
  /** Who is told of a missing aggregator for all sessions at once is told of a full one here. */
  readonly person: string | undefined
}

/** Notices that the aggregator can store nothing, unless that passes at once, or cannot be started; and that it passed. */
export class HeldUp {
  readonly #clock: Clock
  readonly #passesMs: number
  #message: string | undefined

  constructor(clock: Clock, { answerWaitMs }: Pick<Timing, 'answerWaitMs'>) {
    this.#clock = clock
    this.#passesMs = answerWaitMs
  }

  /** @returns what is news; undefined where nothing is */
  look(unstored: Unstored | undefined, hopeless: string | undefined): HoldUp | undefined {
    if (unstored !== undefined && this.#clock.monotonicMs() - unstored.sinceMs < this.#passesMs)
      return undefined
    const message = unstored?.message ?? hopeless
    if (this.#message === message) return undefined
    this.#message = message
    return { clients: message, person: unstored?.message }
  }
}
