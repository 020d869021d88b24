import { Router } from 'zeromq'
import type { Context } from 'zeromq'

/** ZeroMQ asks this address whether a peer may connect (ZAP, RFC 27). One per context. */
const endpoint = 'inproc://zeromq.zap.01'
const version = '1.0'

/**
 * Answers ZeroMQ's question about every connecting peer: who has the job's CURVE key may come in, nobody else.
 * The socket must stay referenced: ZeroMQ sockets that are garbage collected are closed silently.
 */
export class Doorkeeper {
  readonly #socket: Router
  readonly #key: Buffer
  #refused = 0

  /** @param clientPublic the one key that is let in, raw: 32 bytes */
  constructor(context: Context, clientPublic: Buffer) {
    this.#socket = new Router({ context, linger: 0 })
    this.#key = clientPublic
  }

  /** Connections refused so far. */
  get refused(): number {
    return this.#refused
  }

  async start(): Promise<void> {
    await this.#socket.bind(endpoint)
    void this.#answerAll()
  }

  close(): void {
    this.#socket.close()
  }

  async #answerAll(): Promise<void> {
    for await (const frames of this.#socket) {
      const reply = this.#answer(frames)
      if (reply === undefined) continue
      try {
        await this.#socket.send(reply)
      } catch {
        // The asking socket is gone, or we are being closed: nobody waits for the answer.
      }
    }
  }

  /** RFC 27: version, request id, domain, address, identity, mechanism, credentials. */
  #answer(frames: readonly Buffer[]): (Buffer | string)[] | undefined {
    const [asker, empty, asked, request, , , , mechanism, credentials] = frames
    if (asker === undefined || empty === undefined || request === undefined) return undefined
    const known =
      asked?.toString() === version &&
      mechanism?.toString() === 'CURVE' &&
      credentials !== undefined &&
      credentials.equals(this.#key)
    if (!known) this.#refused++
    const verdict = known ? ['200', 'OK'] : ['400', 'unknown key']
    return [asker, empty, version, request, ...verdict, '', '']
  }
}
