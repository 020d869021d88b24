import type { Connection } from '@provloom/shared'

/** What became of one frame handed to the network. */
export type SendOutcome =
  /** On its way; only an acknowledgement says more. */
  | { readonly kind: 'accepted' }
  /** No connection, or its queue is full: the same again later. */
  | { readonly kind: 'retry' }
  /** This outlet will never take it. */
  | { readonly kind: 'rejected'; readonly reason: string }

export type ConnectionEvent =
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected' }
  /** The other end did not accept our keys, or is no aggregator of ours. */
  | { readonly kind: 'unwelcome'; readonly reason: string }

/** What comes from the other end, and what happens to the way there. */
export type OutletEvent = { readonly kind: 'frame'; readonly frame: Uint8Array } | ConnectionEvent

/** The way out to one aggregator, whatever carries it. It reconnects by itself until it is closed. */
export interface Outlet {
  /** One at a time. */
  send(frame: Uint8Array): Promise<SendOutcome>
  close(): void
}

/** Opens the wire; the listener hears from it until it is closed. */
export type Connect = (connection: Connection, listener: (event: OutletEvent) => void) => Promise<Outlet>
