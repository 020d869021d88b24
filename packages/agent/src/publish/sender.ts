import { encodeEnvelope, encodeMessage, seq } from '@provloom/shared'
import type { Acks, AgentMessage, Attempt, Clock, Rank, Rejected, RunId, Welcome } from '@provloom/shared'
import { boundsFor } from '../packer.ts'
import type { PackBounds } from '../packer.ts'
import type { Packed } from '../spool/stream-reader.ts'
import type { Timing } from '../timing.ts'
import type { Outlet } from '../outlet/outlet.ts'
import { Wake } from '../wake.ts'
import type { Outgoing } from './conversation.ts'
import type { SenderEvent } from './event.ts'
import type { Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'

export interface SenderParts {
  readonly clock: Clock
  readonly timing: Timing
  readonly lanes: Lanes
  readonly wake: Wake
  readonly session: string
  readonly listener: (event: SenderEvent) => void
}

interface Held {
  readonly lane: Lane
  readonly packed: Packed
  readonly frame: Buffer
}

export interface Unstored {
  readonly message: string
  readonly sinceMs: number
}

/** What the aggregator lets through, and the place it is for. */
interface Grant {
  readonly runId: RunId
  readonly rank: Rank
  readonly attempt: Attempt
  readonly creditBytes: number
  readonly bounds: PackBounds
}

const retryMs = 100
const releaseMs = 1_000

/**
 * What one session sends, step by step: messages of the conversation first, then envelopes as far as the credit goes. Nothing that
 * was sent is kept here; what is not acknowledged is read from the spool again.
 */
export class Sender implements Outgoing {
  readonly #parts: SenderParts
  readonly #messages = new Map<string, AgentMessage>()
  #grant: Grant | undefined
  #held: Held | undefined
  #progressMs: number
  /** When something was last acknowledged, granted, or sent with nothing else on its way. */
  #movedMs: number
  /** Streams of which the aggregator can store nothing now, with the reason and since when. */
  readonly #unstored = new Map<string, Unstored>()
  #stalledWaitMs: number
  /** How often draining was asked for. */
  #drain = 0
  #exhausted = false
  #releasedMs = 0

  constructor(parts: SenderParts) {
    this.#parts = parts
    this.#progressMs = this.#movedMs = parts.clock.monotonicMs()
    this.#stalledWaitMs = parts.timing.stalledMs
  }

  /** Monotonic milliseconds when something was last acknowledged or granted. */
  get progressMs(): number {
    return this.#progressMs
  }

  /** That the aggregator cannot store what is sent, and why. */
  get unstored(): Unstored | undefined {
    return [...this.#unstored.values()][0]
  }

  /** Everything that was in the spool at the last `drain` is acknowledged. */
  get drained(): boolean {
    return this.#exhausted && this.#held === undefined && this.#parts.lanes.settled
  }

  /** Records read and not acknowledged. */
  get backlog(): number {
    return this.#parts.lanes.backlog
  }

  /** Another wire was laid: what was to be said on the old one will be said anew. */
  relaid(): void {
    this.#messages.clear()
  }

  /** Of each kind the latest counts: an unsent heartbeat is replaced by a fresh one. */
  say(message: AgentMessage): void {
    this.#messages.set(message.kind, message)
    this.#parts.wake.ring()
  }

  welcome(welcome: Welcome): void {
    this.#held = undefined
    this.#parts.lanes.discover()
    for (const lane of this.#parts.lanes.all) lane.rewind(welcome.next[lane.reader.id] ?? 0)
    this.#exhausted = false
    this.#unstored.clear()
    const { runId, rank, attempt, creditBytes, envelopeAgeMs = 0 } = welcome
    this.#parts.lanes.pace(envelopeAgeMs)
    this.#grant = { runId, rank, attempt, creditBytes, bounds: boundsFor(creditBytes) }
    this.#parts.wake.ring()
    this.#progressed()
  }

  interrupt(): void {
    this.#grant = undefined
    this.#held = undefined
  }

  /** @returns whether something is in the journal that was not known to be there */
  acknowledge(acks: Acks): boolean {
    let progress = false
    for (const [stream, next] of Object.entries(acks.next)) {
      if (this.#parts.lanes.get(stream)?.acknowledge(next) !== true) continue
      progress = true
      this.#unstored.delete(stream)
    }
    if (progress) {
      this.#stalledWaitMs = this.#parts.timing.stalledMs
      // Credit that nothing waits for is no reason to wake up.
      if (this.#held !== undefined || this.#drain > 0) this.#parts.wake.ring()
      this.#progressed()
    }
    return progress
  }

  reject({ stream, next, retry, message, tell }: Rejected): void {
    this.#parts.lanes.get(stream)?.reject(next, retry)
    if (tell === true) {
      const sinceMs = this.#unstored.get(stream)?.sinceMs ?? this.#parts.clock.monotonicMs()
      this.#unstored.set(stream, { message, sinceMs })
      this.#parts.listener({ kind: 'moved' })
    }
    this.#exhausted = false
    this.#parts.wake.ring()
  }

  /** Reads what is there without waiting for more; `drained` tells when all of it is acknowledged. */
  drain(): void {
    this.#drain++
    this.#exhausted = false
    this.#parts.lanes.hurry()
    this.#parts.wake.ring()
  }

  #progressed(): void {
    this.#progressMs = this.#movedMs = this.#parts.clock.monotonicMs()
    this.#parts.listener({ kind: 'moved' })
  }

  /** @returns how long to wait for something to do; 0 when there may be more at once */
  async step(outlet: Outlet | undefined): Promise<number> {
    this.#keepHouse()
    if (outlet === undefined) return releaseMs
    for (const [kind, message] of this.#messages) {
      const outcome = await outlet.send(encodeMessage(message))
      if (outcome.kind === 'retry') return retryMs
      if (this.#messages.get(kind) === message) this.#messages.delete(kind)
      if (outcome.kind === 'rejected') this.#fail(outcome.reason)
    }
    return this.#grant === undefined ? releaseMs : this.#sendNext(outlet, this.#grant)
  }

  async #sendNext(outlet: Outlet, grant: Grant): Promise<number> {
    const { lanes, clock } = this.#parts
    if (this.#held === undefined) {
      const drain = this.#drain
      const next = await lanes.next(grant.bounds, drain > 0 && !this.#exhausted)
      if (next === undefined) {
        // A look that began before the latest drain may have missed what that drain is for, and one that began before a
        // rewind what is to be sent again.
        const isLast = drain === this.#drain && !lanes.all.some((lane) => lane.isRewinding)
        this.#exhausted = drain > 0 && isLast
        if (this.drained) this.#parts.listener({ kind: 'moved' })
        return Math.min(releaseMs, roundedUp(Math.max(0, lanes.dueAt - clock.monotonicMs())))
      }
      if (this.#grant !== grant) return 0
      this.#exhausted = false
      this.#parts.listener({ kind: 'packed', packed: next.packed })
      this.#held = { ...next, frame: this.#encode(next.packed, grant) }
    }
    const held = this.#held
    const inFlight = lanes.inFlightBytes
    if (inFlight > 0 && inFlight + held.frame.length > grant.creditBytes) return releaseMs
    if (!held.lane.isCurrent(held.packed)) {
      this.#held = undefined
      return 0
    }
    return this.#sendHeld(outlet, held)
  }

  async #sendHeld(outlet: Outlet, held: Held): Promise<number> {
    const { lane, packed, frame } = held
    if (this.#parts.lanes.inFlightBytes === 0) this.#movedMs = this.#parts.clock.monotonicMs()
    // Counted before it goes: its acknowledgement may come while `send` is awaited.
    lane.sent(packed, frame.length)
    const outcome = await outlet.send(frame)
    if (outcome.kind === 'accepted') {
      if (this.#held === held) this.#held = undefined
      return 0
    }
    lane.unsent(packed)
    if (outcome.kind === 'rejected') this.#fail(outcome.reason)
    return retryMs
  }

  #encode(packed: Packed, { runId, rank, attempt }: Grant): Buffer {
    const { session } = this.#parts
    const { stream, first, count, lost, eventIndex, events, points } = packed
    return encodeEnvelope({
      runId,
      rank,
      attempt,
      session,
      stream,
      first: seq(first),
      count,
      lost,
      eventIndex,
      events,
      points,
    })
  }

  #fail(message: string): void {
    this.#parts.listener({ kind: 'trouble', message })
  }

  /** Gives acknowledged space back, and notices when acknowledgements stay away. */
  #keepHouse(): void {
    const { clock, lanes } = this.#parts
    const now = clock.monotonicMs()
    if (now - this.#releasedMs >= releaseMs) {
      this.#releasedMs = now
      lanes.release()
    }
    if (this.#grant === undefined || lanes.inFlightBytes === 0) return
    if (now - this.#movedMs < this.#stalledWaitMs) return
    this.#movedMs = now
    this.#stalledWaitMs = Math.min(this.#stalledWaitMs * 2, stalledMostMs)
    this.#parts.listener({ kind: 'stalled' })
  }
}

const stalledMostMs = 60_000

/** Timers cut fractions off and count from the turn's beginning: one that rings a moment too early rings twice. */
function roundedUp(ms: number): number {
  return Math.ceil(ms) + 1
}
