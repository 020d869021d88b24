import type { Later, Refused, Settled, Welcome } from '@provloom/shared'
import type { Packed, ReaderProblem } from '../spool/stream-reader.ts'
import type { ClockOffset } from './conversation.ts'

/** What a session hears of its publishing, in order: answers as they came, and what else is worth knowing. */
export type PublishEvent =
  | Welcome
  | Refused
  /** Not now, and why. */
  | Later
  /** The document on disk holds it. */
  | Settled
  | ClockOffset
  /** Records about to be sent, the first time or again. */
  | { readonly kind: 'packed'; readonly packed: Packed }
  /** Something of a stream is in the journal that was not before. */
  | { readonly kind: 'moved' }
  | ReaderProblem
  | { readonly kind: 'trouble'; readonly message: string }
