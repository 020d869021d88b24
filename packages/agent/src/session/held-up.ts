import type { Clock } from '@provloom/shared'
import type { Unstored } from '../publish/sender.ts'
import type { Timing } from '../timing.ts'

export interface HeldUpParts {
  readonly clock: Clock
  /** What passes within `answerWaitMs` is nothing to be told. */
  readonly timing: Pick<Timing, 'answerWaitMs'>
  /** For whoever waits: why nothing comes in, or that it does again. */
  readonly changed: (message: string | undefined) => void
  readonly told: (message: string) => void
}

/** Tells that the aggregator can store nothing, unless that passes at once, or cannot be started; and takes it back. */
export class HeldUp {
  readonly #parts: HeldUpParts
  #message: string | undefined

  constructor(parts: HeldUpParts) {
    this.#parts = parts
  }

  /** @param hopeless why there is none, which is told for all sessions at once */
  look(unstored: Unstored | undefined, hopeless: string | undefined): void {
    const { clock, timing, changed, told } = this.#parts
    if (unstored !== undefined && clock.monotonicMs() - unstored.sinceMs < timing.answerWaitMs) return
    const message = unstored?.message ?? hopeless
    if (this.#message === message) return
    this.#message = message
    changed(message)
    if (unstored !== undefined) told(unstored.message)
  }
}
