import { seq, trimEnvelope } from '@provloom/shared'
import type { Envelope } from '@provloom/shared'

/** How far a stream has come. `stored` <= `accepted`; between them are records on their way into the journal. */
export interface StreamPosition {
  /** Every record below is in the journal and synced. */
  stored: number
  /** Every record below is in the journal or on its way there. */
  accepted: number
}

export type Placing =
  /** All of it is known. */
  | { readonly kind: 'duplicate' }
  /** Records before it are missing. */
  | { readonly kind: 'ahead' }
  /** New, the known part cut off. `asReceived`: nothing had to be changed. */
  | { readonly kind: 'fits'; readonly envelope: Envelope; readonly asReceived: boolean }

/** Where an envelope stands in its stream: the step that makes at-least-once exactly once. */
export function placeEnvelope(position: StreamPosition, envelope: Envelope): Placing {
  const { first, count, lost } = envelope
  const next = position.accepted
  if (first + count <= next) return { kind: 'duplicate' }
  if (first < next) return { kind: 'fits', envelope: trimEnvelope(envelope, next - first), asReceived: false }
  const missing = first - next
  if (missing > lost) return { kind: 'ahead' }
  return missing === lost
    ? { kind: 'fits', envelope, asReceived: true }
    : { kind: 'fits', envelope: { ...envelope, first: seq(first), lost: missing }, asReceived: false }
}
