import os from 'node:os'
import { decodeAggregatorMessage, endpointOf, reasonOf } from '@provloom/shared'
import type { Clock, Connection } from '@provloom/shared'
import type { Timing } from '../timing.ts'
import type { Connect, ConnectionEvent, Outlet } from '../outlet/outlet.ts'
import { Wire } from '../outlet/wire.ts'
import type { WireEvent } from '../outlet/wire.ts'
import { Wake } from '../wake.ts'
import type { ChannelEvent, LinkEvent } from './event.ts'

/** One session's, or the agent's own, part of the connection. */
export interface Channel {
  readonly session: string
  /**
   * Sends the next thing there is, one at most. The outlet is undefined while there is no connection.
   *
   * @returns how long to wait for something to do; 0 when there may be more at once
   */
  step(outlet: Outlet | undefined): Promise<number>
  note(event: ChannelEvent): void
}

export interface LinkParts {
  readonly clock: Clock
  readonly timing: Timing
  readonly connect: Connect
  /** Where the connection file may be, asked anew at each look. */
  readonly files: () => readonly string[]
  readonly listener: (event: LinkEvent) => void
  /** Who has an aggregator started where there is none. */
  readonly starter: Starter
}

/** `provloom run` says itself why it could not. */
export type Starter = 'agents' | 'run' | 'somebody'

/** What to try where there is no connection file: not what was given already. */
const advice: Readonly<Record<Starter, string>> = {
  run: 'provloom run has said why its aggregator does not listen',
  agents:
    'an agent on the machine of rank 0 starts one: give all machines of the job one provenance save directory that they share, or --connection FILE',
  somebody: 'start provloom aggregator, or give --with-aggregator, or --connection FILE',
}

const idleMs = 1_000
const retryMs = 100
/** Places that a message names. */
const filesTold = 4

/**
 * An agent's one connection to an aggregator, for all its sessions. ZeroMQ takes one frame at a time: so one loop sends
 * what the channels have, each in its turn; what comes is passed on by the session it names.
 */
export class Link {
  /** Rung when a channel has something to send. */
  readonly wake: Wake
  /** Why there is no aggregator, where that is known and not to be over soon: nobody waits for it then. */
  hopeless: string | undefined
  readonly #parts: LinkParts
  readonly #channels = new Map<string, Channel>()
  readonly #wire: Wire
  #outlet: Outlet | undefined
  #connected = false
  #heardMs: number
  #heard = 0
  #progressMs = -Infinity
  #connectedMs: number
  #running: Promise<void> | undefined
  #stopped = false

  constructor(parts: LinkParts) {
    const { clock, timing, connect, files } = parts
    this.#parts = parts
    this.wake = new Wake(clock)
    this.#heardMs = this.#connectedMs = clock.monotonicMs()
    this.#wire = new Wire({
      clock,
      timing,
      connect,
      files,
      listener: (event) => this.#note(event),
      silentMs: () => clock.monotonicMs() - this.#heardMs,
    })
  }

  get connected(): boolean {
    return this.#connected
  }

  /** How many messages the aggregator has sent: one that works on a large document answers all the same. */
  get heard(): number {
    return this.#heard
  }

  /** Milliseconds since the aggregator said anything to any session; Infinity when it never has. */
  get silentMs(): number {
    return this.#heard === 0 ? Infinity : this.#parts.clock.monotonicMs() - this.#heardMs
  }

  /** Monotonic milliseconds when the aggregator last got on with any session: with others it is busy, not away. */
  get progressMs(): number {
    return this.#progressMs
  }

  /** One of the sessions was let in, has something in the journal that was not there, or has ended. */
  progressed(): void {
    this.#progressMs = this.#parts.clock.monotonicMs()
  }

  /** Since it was connected, or since the beginning. */
  get awayMs(): number {
    return this.#connected ? 0 : this.#parts.clock.monotonicMs() - this.#connectedMs
  }

  /** For a person who was told that none answered: where one was looked for, and what to try. */
  get sought(): string {
    const { connection } = this.#wire
    if (connection !== undefined) {
      const elsewhere = connection.host === os.hostname() ? '' : '; --advertise ADDRESS gives it another name'
      return `${endpointOf(connection)} was tried${elsewhere}`
    }
    const files = this.#parts.files()
    const more = files.length > filesTold ? `, and ${files.length - filesTold} more` : ''
    return `there is no ${files.slice(0, filesTold).join(', ')}${more}; ${advice[this.#parts.starter]}`
  }

  /** Looks for the aggregator, and sends from now on. */
  async start(): Promise<void> {
    this.#running ??= this.#loop()
    await this.#wire.seek()
  }

  add(channel: Channel): void {
    this.#channels.set(channel.session, channel)
    if (this.#connected) channel.note({ kind: 'connected' })
    this.wake.ring()
  }

  remove(channel: Channel): void {
    this.#channels.delete(channel.session)
  }

  async close(): Promise<void> {
    this.#stopped = true
    this.#wire.close()
    this.#outlet = undefined
    this.wake.ring()
    await this.#running
  }

  #note(event: WireEvent): void {
    switch (event.kind) {
      case 'frame':
        return this.#hear(event.frame)
      case 'connected':
      case 'disconnected':
      case 'unwelcome':
        return this.#change(event)
      case 'laid':
        return this.#use(event.outlet, event.connection)
      case 'trouble':
        return this.#parts.listener(event)
    }
  }

  #use(outlet: Outlet, connection: Connection): void {
    this.#outlet = outlet
    this.#disconnect()
    this.#heardMs = this.#parts.clock.monotonicMs()
    this.#tell({ kind: 'relaid' })
    this.#parts.listener({ kind: 'connecting', connection })
    this.wake.ring()
  }

  #hear(frame: Uint8Array): void {
    const look = decodeAggregatorMessage(frame)
    if (look.kind !== 'message') return
    this.#heardMs = this.#parts.clock.monotonicMs()
    this.#heard++
    this.#channels.get(look.message.session)?.note(look.message)
  }

  #change(event: ConnectionEvent): void {
    const before = this.#connected
    if (event.kind === 'connected') this.#connected = true
    else this.#disconnect()
    if (before && !this.#connected) this.#parts.listener({ kind: 'disconnected' })
    this.#tell(event)
  }

  #tell(event: ChannelEvent): void {
    for (const channel of this.#channels.values()) channel.note(event)
  }

  #disconnect(): void {
    if (this.#connected) this.#connectedMs = this.#parts.clock.monotonicMs()
    this.#connected = false
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      let waitMs = idleMs
      for (const channel of Array.from(this.#channels.values()))
        waitMs = Math.min(waitMs, await this.#step(channel))
      if (waitMs > 0) await this.wake.wait(waitMs)
    }
  }

  async #step(channel: Channel): Promise<number> {
    try {
      return await channel.step(this.#outlet)
    } catch (error) {
      this.#parts.listener({ kind: 'trouble', message: reasonOf(error) })
      return retryMs
    }
  }
}
