import type {
  Acks,
  AggregatorMessage,
  Connection,
  Later,
  Refused,
  Rejected,
  Settled,
  Welcome,
} from '@provloom/shared'
import type { ConnectionEvent } from '../outlet/outlet.ts'
import type { Packed, ReaderProblem } from '../spool/stream-reader.ts'

/** What the aggregator says to a channel, and what happens to the connection under all of them. */
export type ChannelEvent =
  | AggregatorMessage
  | ConnectionEvent
  /** Another wire was laid: what was on the old one is in doubt. */
  | { readonly kind: 'relaid' }

/** What happens to an agent's one connection. */
export type LinkEvent =
  | { readonly kind: 'connecting'; readonly connection: Connection }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'trouble'; readonly message: string }

/** What comes of sending. */
export type SenderEvent =
  /** Records about to be sent, the first time or again. */
  | { readonly kind: 'packed'; readonly packed: Packed }
  /** Something in flight does not get acknowledged: the conversation should begin anew. */
  | { readonly kind: 'stalled' }
  /** Something was acknowledged or granted, or everything that is there has been read. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'trouble'; readonly message: string }

/** What comes of a conversation: what was answered, as it came, and what follows from it. */
export type ConversationEvent =
  | Welcome
  | Acks
  | Rejected
  | Refused
  /** Not now, and why. */
  | Later
  | Settled
  /** Envelopes must wait: the aggregator does not know us now. */
  | { readonly kind: 'interrupted' }
  /** The last that was said is answered. */
  | { readonly kind: 'left' }
  | ClockOffset
  | WatchGrant

/** Whether the session is the one that watches its machine, where that is another answer than the last. */
export interface WatchGrant {
  readonly kind: 'watch'
  readonly granted: boolean
}

/** This clock minus the aggregator's, and half the round trip. */
export interface ClockOffset {
  readonly kind: 'offset'
  readonly offsetUs: number
  readonly uncertaintyUs: number
}

/** What a session hears of its publishing, in order: answers as they came, and what else is worth knowing. */
export type PublishEvent =
  | Welcome
  | Refused
  | Later
  /** The document on disk holds it. */
  | Settled
  | ClockOffset
  | WatchGrant
  | Exclude<SenderEvent, { readonly kind: 'stalled' }>
  | ReaderProblem
