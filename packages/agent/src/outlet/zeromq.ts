import { endpointOf, limits, reasonOf, systemCode } from '@provloom/shared'
import type { Connection } from '@provloom/shared'
import type { Dealer } from 'zeromq'
import type { SendOutcome, Outlet, OutletEvent } from './outlet.ts'

/**
 * ZeroMQ DEALER, CURVE-encrypted with the keys of the connection file.
 *
 * `immediate` and a send timeout of 0: a frame goes to a connection that stands, or comes back as `retry`; the spool is
 * the only queue. `linger` 0: an absent aggregator never keeps this process. The reconnect interval is random, so that
 * a thousand ranks do not come back in the same instant. ZeroMQ is loaded here, not with the package.
 */
export async function connectZeromq(
  connection: Connection,
  listener: (event: OutletEvent) => void,
): Promise<Outlet> {
  const zeromq = await import('zeromq')
  const dealer = new zeromq.Dealer({
    linger: 0,
    immediate: true,
    sendTimeout: 0,
    sendHighWaterMark: limits.highWaterMark,
    receiveHighWaterMark: limits.highWaterMark,
    reconnectInterval: 50 + Math.floor(Math.random() * 450),
    handshakeInterval: 10_000,
    heartbeatInterval: limits.heartbeatIntervalMs,
    heartbeatTimeout: limits.lostAfterMs,
    maxMessageSize: limits.messageBytesMax,
    ...(connection.curve === null
      ? {}
      : {
          curveServerKey: connection.curve.serverKey,
          curvePublicKey: connection.curve.publicKey,
          curveSecretKey: connection.curve.secretKey,
        }),
  })
  const outlet = new ZeromqOutlet(dealer, listener)
  dealer.connect(endpointOf(connection))
  return outlet
}

class ZeromqOutlet implements Outlet {
  readonly #dealer: Dealer
  readonly #listener: (event: OutletEvent) => void

  constructor(dealer: Dealer, listener: (event: OutletEvent) => void) {
    this.#dealer = dealer
    this.#listener = listener
    const { events } = dealer
    events.on('handshake', () => this.#tell({ kind: 'connected' }))
    events.on('disconnect', () => this.#tell({ kind: 'disconnected' }))
    for (const type of [
      'handshake:error:auth',
      'handshake:error:protocol',
      'handshake:error:other',
    ] as const) {
      events.on(type, (event) => this.#tell({ kind: 'unwelcome', reason: reasonOf(event.error) }))
    }
    void this.#listen()
  }

  async send(frame: Uint8Array): Promise<SendOutcome> {
    if (this.#dealer.closed) return { kind: 'retry' }
    try {
      await this.#dealer.send(frame)
      return { kind: 'accepted' }
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EAGAIN' || code === 'EBUSY' || this.#dealer.closed) return { kind: 'retry' }
      return { kind: 'rejected', reason: reasonOf(error) }
    }
  }

  close(): void {
    if (!this.#dealer.closed) this.#dealer.close()
  }

  #tell(event: OutletEvent): void {
    if (!this.#dealer.closed) this.#listener(event)
  }

  async #listen(): Promise<void> {
    while (!this.#dealer.closed) {
      try {
        for await (const [frame] of this.#dealer) {
          if (frame !== undefined) this.#tell({ kind: 'frame', frame })
        }
      } catch (error) {
        if (this.#dealer.closed) return
        this.#tell({ kind: 'unwelcome', reason: reasonOf(error) })
      }
    }
  }
}
