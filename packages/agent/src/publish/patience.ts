import type { Clock } from '@provloom/shared'
import type { Timing } from '../timing.ts'
import { Wake } from '../wake.ts'
import type { Conversation } from './conversation.ts'
import type { Link } from './link.ts'
import type { Sender } from './sender.ts'

/** What gives up now: all, or what the aggregator cannot store. */
export type Hurry = 'all' | 'unstored'

export interface PatienceParts {
  readonly clock: Clock
  readonly timing: Timing
  readonly link: Link
  readonly sender: Sender
  readonly conversation: Conversation
}

const slowNotDead = 4
/** Of `drainMs`, for waiting; the rest is for counting and saying what is left, so that all of it fits. */
const waitingShare = 0.95

/** How long the end of a session waits for its aggregator: while something moves, and longer for one that answers. */
export class Patience {
  readonly #parts: PatienceParts
  readonly #moved: Wake
  #hurried: Hurry | undefined

  constructor(parts: PatienceParts) {
    this.#parts = parts
    this.#moved = new Wake(parts.clock)
  }

  /** Something has moved: whoever waits looks. */
  ring(): void {
    this.#moved.ring()
  }

  /** Whoever waits gives up now, or as soon as nothing can be stored. */
  hurry(which: Hurry): void {
    if (this.#hurried !== 'all') this.#hurried = which
    this.ring()
  }

  /**
   * Waits until it holds. Gives up when nothing moves for `drainMs`, or for four times as long when the aggregator answers
   * all the same, and at once when the session is refused. While it gets on with other sessions of this agent it is busy,
   * and will come to this one.
   *
   * @param until monotonic milliseconds at which it gives up in any case
   * @param ask called now, and again while there is no answer
   * @returns whether it holds
   */
  async until(until: number, holds: () => boolean, ask = (): void => {}): Promise<boolean> {
    const { clock, timing, conversation } = this.#parts
    const begun = clock.monotonicMs()
    let askedMs = -Infinity
    while (!holds() && conversation.state !== 'refused') {
      const left = Math.min(until, this.#movedMs(begun) + this.#patienceMs()) - clock.monotonicMs()
      if (left <= 0) return false
      if (clock.monotonicMs() - askedMs >= timing.answerWaitMs) {
        askedMs = clock.monotonicMs()
        ask()
      }
      await this.#moved.wait(Math.min(left, timing.answerWaitMs))
    }
    return holds()
  }

  /** The same for `answerWaitMs`, whatever moves. */
  async aMoment(holds: () => boolean): Promise<void> {
    const { clock, timing } = this.#parts
    const until = clock.monotonicMs() + timing.answerWaitMs
    while (!holds() && clock.monotonicMs() < until)
      await this.#moved.wait(Math.max(1, until - clock.monotonicMs()))
  }

  /** When something last moved: of this session, or of others where that says something of this one. */
  #movedMs(begun: number): number {
    const { sender, link } = this.#parts
    return Math.max(begun, sender.progressMs, sender.unstored === undefined ? link.progressMs : -Infinity)
  }

  /**
   * An aggregator that answers, and is only slow to acknowledge, waits for who may hold our place, or has not come to our
   * hello yet, is worth more waiting than one that is silent: longer than a holder may be silent before it is lost. One
   * that can store nothing is not.
   */
  #patienceMs(): number {
    const { link, sender, timing } = this.#parts
    const { drainMs, seekMinMs } = timing
    const stores = sender.unstored === undefined
    if (this.#hurried === 'all' || (this.#hurried === 'unstored' && !stores)) return 0
    if (stores && this.#isAnswered(drainMs)) return drainMs * slowNotDead
    return link.hopeless === undefined ? drainMs * waitingShare : seekMinMs
  }

  /** Something was heard within this, and it is known of no reason why this session should wait in vain. */
  #isAnswered(withinMs: number): boolean {
    const { conversation, link } = this.#parts
    const { state, putOff, turnedDown, silentMs, isOver } = conversation
    const knows = state === 'welcomed' || putOff || isOver
    return (knows && silentMs < withinMs) || (!turnedDown && link.silentMs < withinMs)
  }
}
