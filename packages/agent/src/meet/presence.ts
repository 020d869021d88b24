import { encodeMessage } from '@provloom/shared'
import type { AgentMessage, Clock, Gone, PlaceEnd, Present } from '@provloom/shared'
import type { ChannelEvent } from '../publish/event.ts'
import type { Channel, Link } from '../publish/link.ts'
import type { Timing } from '../timing.ts'
import type { Outlet } from '../outlet/outlet.ts'
import { Wake } from '../wake.ts'

export interface PresenceParts {
  readonly clock: Clock
  readonly timing: Timing
  /** This agent's own id. */
  readonly agent: string
  /** What is said while no session is open; undefined while one is, or nothing is known of the job yet. */
  readonly present: () => Omit<Present, 'kind' | 'session' | 'agent'> | undefined
  /** Whose bell is rung when there is something to send, and how long its aggregator is away. */
  readonly link: Pick<Link, 'wake' | 'awayMs'>
}

const idleMs = 1_000

/**
 * That this agent is here, although none of its sessions is: a job whose ranks have all ended waits for one that has not
 * begun. At the end it says that it goes, and how the places that were not collected ended.
 */
export class Presence implements Channel {
  readonly session: string
  readonly #parts: PresenceParts
  readonly #moved: Wake
  #connected = false
  #dueMs = 0
  #gone: Gone | undefined
  #farewell = false

  constructor(parts: PresenceParts) {
    this.#parts = parts
    this.session = parts.agent
    this.#moved = new Wake(parts.clock)
  }

  async step(outlet: Outlet | undefined): Promise<number> {
    const message = this.#due()
    if (outlet === undefined || !this.#connected || message === undefined) return idleMs
    const { timing, clock } = this.#parts
    const everyMs = message.kind === 'gone' ? timing.answerWaitMs : timing.heartbeatIntervalMs
    // Known before it is sent: what hurries while it is, is not put off by it.
    const next = clock.monotonicMs() + everyMs
    this.#dueMs = next
    const outcome = await outlet.send(encodeMessage(message))
    if (outcome.kind !== 'accepted' && this.#dueMs === next)
      this.#dueMs = clock.monotonicMs() + timing.seekMinMs
    return Math.min(idleMs, Math.max(1, this.#dueMs - clock.monotonicMs()))
  }

  note(event: ChannelEvent): void {
    switch (event.kind) {
      case 'farewell':
        if (this.#gone === undefined) return
        this.#farewell = true
        return this.#moved.ring()
      case 'connected':
        this.#connected = true
        return this.hurry()
      case 'disconnected':
      case 'unwelcome':
      case 'relaid':
        this.#connected = false
        return
      // Said to a session.
      case 'welcome':
      case 'refused':
      case 'later':
      case 'again':
      case 'acks':
      case 'rejected':
      case 'pulse':
      case 'settled':
    }
  }

  /** Something has changed of what there is to say. */
  hurry(): void {
    this.#dueMs = 0
    this.#parts.link.wake.ring()
  }

  /**
   * Says that this agent goes, until that is heard or the time is over. One that is started again knows nothing of it and
   * needs to hear only how places ended that were not collected.
   */
  async leave(jobKey: string, ends: readonly PlaceEnd[], idle: boolean, untilMs: number): Promise<void> {
    if (!this.#connected) return
    const { agent, clock, timing, link } = this.#parts
    this.#gone = { kind: 'gone', session: agent, agent, jobKey, ends, ...(idle ? { idle: true } : {}) }
    this.hurry()
    while (!this.#farewell) {
      const left = untilMs - clock.monotonicMs()
      if (left <= 0 || (ends.length === 0 && link.awayMs > timing.awayMs)) return
      await this.#moved.wait(Math.min(left, timing.awayMs / 4))
    }
  }

  #due(): AgentMessage | undefined {
    if (this.#farewell) return undefined
    if (this.#dueMs > this.#parts.clock.monotonicMs()) return undefined
    if (this.#gone !== undefined) return this.#gone
    const present = this.#parts.present()
    const { agent } = this.#parts
    return present === undefined ? undefined : { kind: 'present', session: agent, agent, ...present }
  }
}
