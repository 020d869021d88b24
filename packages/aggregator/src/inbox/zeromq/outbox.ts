import { encodeMessage, limits } from '@provloom/shared'
import type { AggregatorMessage } from '@provloom/shared'
import type { Router } from 'zeromq'
import { nextTurn } from '../../slices.ts'
import type { Peer } from '../inbox.ts'

/** After so many the event loop gets its turn. */
const burst = 256

/** Sends answers one after the other: a ZeroMQ socket takes one `send` at a time. */
export class Outbox {
  readonly #socket: Router
  #waiting: [peer: Peer, message: AggregatorMessage][] = []
  #running: Promise<void> | undefined
  #closed = false

  constructor(socket: Router) {
    this.#socket = socket
  }

  post(peer: Peer, message: AggregatorMessage): void {
    if (this.#closed || this.#waiting.length >= limits.answersWaitingMax) return
    this.#waiting.push([peer, message])
    this.#running ??= this.#sendAll()
  }

  /** Resolves when everything posted is with ZeroMQ; nothing can be posted afterwards. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #sendAll(): Promise<void> {
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const taken = this.#waiting
      this.#waiting = []
      for (const [i, [peer, message]] of taken.entries()) {
        if (i % burst === burst - 1) await nextTurn()
        try {
          await this.#socket.send([Buffer.from(peer.name, 'latin1'), encodeMessage(message)])
        } catch {
          // The peer is gone; it asks again when it is back.
        }
      }
    }
    this.#running = undefined
  }
}
