import { setTimeout } from 'node:timers/promises'
import { ProvloomError, limits, reasonOf, systemCode } from '@provloom/shared'
import type { AggregatorMessage } from '@provloom/shared'
import { Context, Router } from 'zeromq'
import type { Keys } from '../../control/server-file.ts'
import { nextTurn } from '../../slices.ts'
import type { Inbox, InboxOptions, Peer } from '../inbox.ts'
import { Outbox } from './outbox.ts'
import { holderOf } from './port-holder.ts'
import { decodeZ85 } from './z85.ts'
import { Doorkeeper } from './zap.ts'

export interface ZeroMqOptions extends InboxOptions {
  /** undefined is plain TCP. */
  readonly keys: Keys | undefined
}

const zapDomain = 'provloom'
/** After this much the event loop gets its turn, so that journal and timers never wait long for a busy socket. */
const burstBytes = 4 * 1024 * 1024
const burstFrames = 128
/** Looks for messages begin no oftener than this: a message alone is read at once, and of many that trickle in, all at once. */
const lookIntervalMs = 5
const forever = -1
const lingerAtEndMs = 1_000
const portClosesWithinMs = 300

/** A ROUTER, encrypted and authenticated by CURVE and ZAP where keys are given. */
export class ZeroMqInbox implements Inbox {
  readonly #options: ZeroMqOptions
  readonly #context = new Context()
  readonly #socket: Router
  readonly #doorkeeper: Doorkeeper | undefined
  readonly #outbox: Outbox
  readonly reply = (peer: Peer, message: AggregatorMessage): void => this.#outbox.post(peer, message)
  #receiving: Promise<void> | undefined
  #misshapen = 0

  constructor(options: ZeroMqOptions) {
    this.#options = options
    const { keys } = options
    this.#socket = new Router({
      context: this.#context,
      backlog: limits.listenBacklog,
      linger: 0,
      // A ROUTER never waits for a peer; so it is not asked whether it would.
      sendTimeout: 0,
      // Frame headers and envelope: what is longer is cut off by ZeroMQ, with its peer.
      maxMessageSize: limits.envelopeBytesMax,
      // Connections that say nothing hold a descriptor each: they are shed.
      handshakeInterval: limits.handshakeMs,
      receiveHighWaterMark: limits.highWaterMark,
      sendHighWaterMark: limits.highWaterMark,
      heartbeatInterval: limits.heartbeatIntervalMs,
      heartbeatTimeout: limits.lostAfterMs,
      ipv6: options.listen.includes(':'),
      ...(keys === undefined ? {} : { curveServer: true, curveSecretKey: keys.serverSecret, zapDomain }),
    })
    this.#doorkeeper = keys && new Doorkeeper(this.#context, decodeZ85(keys.clientPublic))
    this.#outbox = new Outbox(this.#socket)
  }

  get strangers(): number {
    return this.#doorkeeper?.refused ?? 0
  }

  get misshapen(): number {
    return this.#misshapen
  }

  async bind(ports: readonly number[]): Promise<number> {
    await this.#doorkeeper?.start()
    try {
      return await this.#bind(ports)
    } catch (error) {
      this.#socket.close()
      this.#doorkeeper?.close()
      throw error
    }
  }

  receive(): void {
    this.#receiving ??= this.#receiveAll()
  }

  async stop(): Promise<void> {
    await this.#outbox.close()
    // The last farewells are still on their way.
    this.#socket.linger = lingerAtEndMs
    const closed = this.#portClosed()
    this.#socket.close()
    this.#doorkeeper?.close()
    await this.#receiving
    await closed
  }

  /**
   * Resolves when a successor may take the port: ZeroMQ closes in the background. (`unbind` would say so, but makes
   * libzmq 4.3.5 abort the process when a peer leaves at the same time.) Now and then the event does not come.
   */
  #portClosed(): Promise<void> {
    return new Promise((resolve) => {
      const late = globalThis.setTimeout(resolve, portClosesWithinMs)
      this.#socket.events.on('close', () => {
        clearTimeout(late)
        resolve()
      })
    })
  }

  async #bind(ports: readonly number[]): Promise<number> {
    const { listen } = this.#options
    const host = listen.includes(':') ? `[${listen}]` : listen
    let cause: unknown
    for (const port of ports) {
      try {
        await this.#socket.bind(`tcp://${host}:${port === 0 ? '*' : port}`)
        return Number(/:(\d+)$/.exec(this.#socket.lastEndpoint ?? '')?.[1])
      } catch (error) {
        cause = error
      }
    }
    const port = ports.at(-1) ?? 0
    const holder = systemCode(cause) === 'EADDRINUSE' ? holderOf(port) : undefined
    const by = holder === undefined ? '' : `, by ${holder}`
    throw new ProvloomError('BIND_FAILED', `Could not listen on ${listen}:${port}: ${reasonOf(cause)}${by}`, {
      doing: 'listen for ranks',
      to: `${listen}:${port}`,
      hint: 'Choose another port by --port or PROVLOOM_PORT (0 is any free one), or an address of this machine by --host or PROVLOOM_HOST.',
    })
  }

  async #receiveAll(): Promise<void> {
    while (!this.#socket.closed) {
      this.#socket.receiveTimeout = forever
      const message = await this.#next()
      if (this.#socket.closed) return
      if (message === undefined) continue
      const lookedMs = performance.now()
      this.#take(message)
      this.#socket.receiveTimeout = 0
      await this.#takeWaiting()
      await this.#options.room()
      const restMs = lookIntervalMs - (performance.now() - lookedMs)
      await (restMs > 0 ? setTimeout(restMs) : nextTurn())
    }
  }

  /** Takes what is there, a burst after the other. */
  async #takeWaiting(): Promise<void> {
    let bytes = 0
    let frames = 0
    while (!this.#socket.closed) {
      const message = await this.#next()
      if (message === undefined) return
      bytes += this.#take(message)
      if (bytes < burstBytes && ++frames < burstFrames) continue
      bytes = 0
      frames = 0
      await nextTurn()
      await this.#options.room()
    }
  }

  /** @returns undefined when nothing is there, and when the socket is closed */
  async #next(): Promise<Buffer[] | undefined> {
    try {
      return await this.#socket.receive()
    } catch (error) {
      if (this.#socket.closed || isNothingThere(error)) return undefined
      throw error
    }
  }

  /** @returns its size in bytes */
  #take(message: readonly Buffer[]): number {
    const [peer, payload] = message
    if (peer === undefined || payload === undefined || message.length !== limits.framesMax) {
      this.#misshapen++
      return 0
    }
    this.#options.onFrame({ name: peer.toString('latin1') }, payload)
    return payload.length
  }
}

function isNothingThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}
