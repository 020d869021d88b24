import os from 'node:os'
import { limits } from '@provloom/shared'
import type { Clock, Rank } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import type { Conversations } from './admission/conversations.ts'
import type { Opener } from './admission/opener.ts'
import type { Presence } from './admission/presence.ts'
import type { Registry } from './admission/registry.ts'
import type { Closing } from './closing/closing.ts'
import type { Folding } from './metrics/curve/folding.ts'
import type { OpenRun } from './run/open-run.ts'

export interface StayingRooms {
  readonly clock: Clock
  readonly registry: Registry
  readonly opener: Opener
  readonly conversations: Conversations
  readonly presence: Presence
  readonly closing: Closing
  readonly folding: Folding
  /** Agents have started it, and it leaves sooner where none of them comes. */
  readonly isOfAgents: boolean
  /** Nothing is open and nobody is here. May be called more than once. */
  readonly onIdle: () => void
}

/** A busy machine is late with a heartbeat. */
const beatGraceMs = 500
/** Nobody is here, and what is open cannot be written: it is tried so long. */
const stuckMs = 5_000

/** Whether the aggregator is needed any more, and what becomes of who comes while it leaves. */
export class Staying {
  readonly #rooms: StayingRooms
  #served = false
  /** Every hello is asked to come again; and whether one has come. */
  #leaving = false
  #wanted = false

  constructor(rooms: StayingRooms) {
    this.#rooms = rooms
  }

  /** A run was served to its end, or is not ours any more. */
  served(): void {
    this.#served = true
  }

  /** Who was started for a job that never came need not stay for ever either; agents that come later start another. */
  look(): void {
    const { presence, opener, folding, isOfAgents, onIdle } = this.#rooms
    if (presence.any || folding.isBusy) return
    if (opener.openCount > 0) {
      if (this.#isStuck && presence.silentMs >= stuckMs) onIdle()
      return
    }
    const patienceMs = isOfAgents ? limits.lostAfterMs : limits.absentWaitMs
    if (this.#served || opener.isFailing || presence.silentMs >= patienceMs) onIdle()
  }

  /**
   * About to leave: everybody who comes is asked to come again, for a while or for ever.
   *
   * @returns whether nobody came for a while
   */
  async leave(forMs: number): Promise<boolean> {
    this.refuseAll()
    this.#wanted = false
    await new Promise<void>((resolve) => {
      this.#rooms.clock.after(forMs, resolve)
    })
    return this.#isStuck && !this.#wanted
  }

  /** Nobody is let in from now on. */
  refuseAll(): void {
    this.#leaving = true
  }

  /** Takes in who comes, again. */
  stay(): void {
    this.#leaving = false
  }

  /** Somebody comes. @returns whether they are to ask again */
  asksAgain(): boolean {
    this.#wanted ||= this.#leaving
    return this.#leaving
  }

  /** Nobody was heard for longer than between two heartbeats, and ranks of other machines, whose network may be slow, are not in. */
  get isDeserted(): boolean {
    const { presence, registry } = this.#rooms
    return (
      presence.silentMs > limits.heartbeatIntervalMs + beatGraceMs &&
      registry.open.every((run) =>
        [...run.roster.latest()].every(
          ({ rank, ended, host }) => ended !== undefined || this.#isOfHere(run, rank, host),
        ),
      )
    )
  }

  /** Whether a run that has ended may go on: what it would go on from is kept, or it is still open. */
  get mayGoOn(): boolean {
    const { registry, opener } = this.#rooms
    return opener.openCount > 0 || registry.closed.some(({ reopenable }) => reopenable)
  }

  #isOfHere(run: OpenRun, rank: Rank, host: string | undefined): boolean {
    const holder = this.#rooms.conversations.holder(run, rank)
    // One that went on from a journal may never hear of its ranks.
    return holder === undefined ? host === os.hostname() : holder.hello.hostId === hostId()
  }

  /** What is open cannot be written, and is in its journal as far as that goes: nobody's staying changes that. */
  get #isStuck(): boolean {
    const { registry, opener, closing } = this.#rooms
    const { open } = registry
    const isStuck = (run: OpenRun): boolean => run.unwritten !== undefined || closing.isStuck(run)
    return opener.openCount === open.length && open.every(isStuck)
  }
}
