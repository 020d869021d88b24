import type { Roster } from '@provloom/graph'
import type { Retired } from '@provloom/rundir/entry'
import { encodeEnvelope, isStreamId, limits } from '@provloom/shared'
import type { Attempt, Envelope, Rank, StreamId } from '@provloom/shared'
import { placeEnvelope } from './stream-position.ts'
import type { StreamPosition } from './stream-position.ts'

/** Whose records they are. */
type Of = Pick<Envelope, 'rank' | 'attempt' | 'stream'>

/** What becomes of an envelope. */
export type Submission =
  /** On its way into the journal: these bytes of this part of it. */
  | {
      readonly kind: 'fits'
      readonly envelope: Envelope
      readonly bytes: Uint8Array
      readonly trimmed: boolean
    }
  /** All of it is known; below `stored` all is in the journal and synced. */
  | { readonly kind: 'duplicate'; readonly stored: number }
  /** Records before it are missing, from this one on. */
  | { readonly kind: 'ahead'; readonly expected: number }
  | { readonly kind: 'too-many-streams' }

/**
 * How far each stream has come on its way into the journal: the step that makes at-least-once exactly once. The roster
 * knows what the journal holds; what is ahead of it is known here alone, and forgotten when it could not be written.
 */
export class StreamPositions {
  readonly #roster: Roster
  readonly #known = new Map<string, Map<StreamId, StreamPosition>>()

  constructor(roster: Roster) {
    this.#roster = roster
  }

  /** Where an envelope stands; what fits is accepted, to be journaled in this order. */
  accept(envelope: Envelope, asReceived: Uint8Array): Submission {
    const streams = this.#streamsOf(envelope)
    if (!streams.has(envelope.stream) && streams.size >= limits.streamsPerRankMax)
      return { kind: 'too-many-streams' }
    const position = streams.get(envelope.stream) ?? { stored: 0, accepted: 0 }
    const placing = placeEnvelope(position, envelope)
    if (placing.kind === 'duplicate') return { kind: 'duplicate', stored: position.stored }
    if (placing.kind === 'ahead') return { kind: 'ahead', expected: position.accepted }
    position.accepted = envelope.first + envelope.count
    streams.set(envelope.stream, position)
    const bytes = placing.asReceived ? asReceived : encodeEnvelope(placing.envelope)
    return { kind: 'fits', envelope: placing.envelope, bytes, trimmed: !placing.asReceived }
  }

  /** Records below `next` are in the journal and synced. */
  stored(of: Of, next: number): void {
    const position = this.#streamsOf(of).get(of.stream)
    if (position !== undefined) position.stored = Math.max(position.stored, next)
  }

  /**
   * What was accepted could not be written: a record may only follow its predecessor, so the stream falls back.
   *
   * @returns the next record that is to come
   */
  failed(of: Of): number {
    const streams = this.#streamsOf(of)
    const position = streams.get(of.stream)
    if (position === undefined) return 0
    position.accepted = position.stored
    if (position.stored === 0) streams.delete(of.stream)
    return position.stored
  }

  /** Of these nothing comes any more. */
  retired({ rank, attempt, ledger }: Retired): void {
    const streams = this.#streamsOf({ rank, attempt })
    for (const stream of Object.keys(ledger)) if (isStreamId(stream)) streams.delete(stream)
  }

  /** Of each stream that is in the journal, the next record. */
  of(rank: Rank, attempt: Attempt): Record<string, number> {
    const next: Record<string, number> = {}
    for (const [stream, { stored }] of this.#streamsOf({ rank, attempt }))
      if (stored > 0) next[stream] = stored
    return next
  }

  #streamsOf({ rank, attempt }: Pick<Of, 'rank' | 'attempt'>): Map<StreamId, StreamPosition> {
    const key = `${rank} ${attempt}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = new Map<StreamId, StreamPosition>()
    // Nothing of this attempt came since the journal was replayed, so the roster has all of it.
    for (const [stream, { next }] of this.#roster.find(rank, attempt)?.streams ?? [])
      if (isStreamId(stream)) made.set(stream, { stored: next, accepted: next })
    this.#known.set(key, made)
    return made
  }
}
