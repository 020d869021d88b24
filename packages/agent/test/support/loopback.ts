import type { SendOutcome, Outlet, OutletEvent } from '../../src/outlet/outlet.ts'

/** The aggregator's end of a loopback: what it hears, and its ways to answer and to fail. */
export interface LoopbackEnd {
  /** Called with each frame; what it returns becomes the outcome. */
  receive(frame: Uint8Array): SendOutcome
}

export interface Loopback {
  readonly outlet: Outlet
  /** A frame from the aggregator. */
  answer(frame: Uint8Array): void
  connect(): void
  disconnect(): void
}

/** A wire within one process, for tests. Frames go at once, while it is connected. */
export function createLoopback(listener: (event: OutletEvent) => void, end: LoopbackEnd): Loopback {
  let connected = false
  let open = true
  return {
    outlet: {
      send: (frame) => Promise.resolve(connected && open ? end.receive(frame) : { kind: 'retry' }),
      close() {
        open = false
      },
    },
    answer(frame) {
      if (connected && open) listener({ kind: 'frame', frame })
    },
    connect() {
      connected = true
      if (open) listener({ kind: 'connected' })
    },
    disconnect() {
      connected = false
      if (open) listener({ kind: 'disconnected' })
    },
  }
}
