import { reasonOf } from '@provloom/shared'
import type { Clock, Connection } from '@provloom/shared'
import type { Timing } from '../timing.ts'
import { findConnection, sameConnection } from './locate.ts'
import type { Connect, Outlet, OutletEvent } from './outlet.ts'

/** What comes over a wire, and what becomes of it. */
export type WireEvent =
  | OutletEvent
  /** A new one, to be used from now on: what was on the one before is in doubt. */
  | { readonly kind: 'laid'; readonly outlet: Outlet; readonly connection: Connection }
  | { readonly kind: 'trouble'; readonly message: string }

export interface WireParts {
  readonly clock: Clock
  readonly timing: Timing
  readonly connect: Connect
  /** Where the connection file may be. */
  readonly files: () => readonly string[]
  readonly listener: (event: WireEvent) => void
  /** Whether the other end answers; when it has not for long, the file is read again. */
  readonly silentMs: () => number
}

/**
 * Keeps an outlet to the aggregator that the connection file names: waits for the file, and lays a new wire when an
 * aggregator that was started again left another one.
 */
export class Wire {
  readonly #parts: WireParts
  #connection: Connection | undefined
  #outlet: Outlet | undefined
  #waitMs: number
  #cancel: (() => void) | undefined
  #open = true

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#waitMs = parts.timing.seekMinMs
  }

  /** The aggregator that was found last. */
  get connection(): Connection | undefined {
    return this.#connection
  }

  /** Looks for the file now, and again until it is there; then watches whether it stays true. */
  async seek(): Promise<void> {
    this.#cancel?.()
    if (!this.#open) return
    const { timing, clock, silentMs } = this.#parts
    if (this.#connection === undefined || silentMs() >= timing.reconsiderMs) await this.#consider()
    if (!this.#open) return
    const settled = this.#connection !== undefined && silentMs() < timing.reconsiderMs
    this.#waitMs = settled ? timing.seekMaxMs : Math.min(this.#waitMs * 2, timing.seekMaxMs)
    this.#cancel = clock.after(this.#waitMs, () => void this.seek())
  }

  close(): void {
    this.#open = false
    this.#cancel?.()
    this.#outlet?.close()
    this.#outlet = undefined
  }

  async #consider(): Promise<void> {
    const { files, connect, listener } = this.#parts
    try {
      const found = findConnection(files())
      if (found === undefined) return
      if (this.#connection !== undefined && sameConnection(this.#connection, found)) return
      const outlet = await connect(found, listener)
      if (!this.#open) {
        outlet.close()
        return
      }
      this.#outlet?.close()
      this.#connection = found
      this.#outlet = outlet
      this.#waitMs = this.#parts.timing.seekMinMs
      listener({ kind: 'laid', outlet, connection: found })
    } catch (error) {
      listener({ kind: 'trouble', message: `could not connect to the aggregator: ${reasonOf(error)}` })
    }
  }
}
