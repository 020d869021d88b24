import type { RunId } from '@provloom/shared'

/** Per session: per stream, everything below is stored. */
export type Positions = ReadonlyMap<string, Readonly<Record<string, number>>>

/** What open runs say to the rooms around them, beside what the host program is told. */
export type RunStatus =
  /** In the journal and synced: to be acknowledged. */
  | { readonly kind: 'stored'; readonly positions: Positions }
  /** Records could not be stored; the streams stand at these numbers, to be sent again later. */
  | { readonly kind: 'not-stored'; readonly positions: Positions; readonly message: string }
  /** What is waited to be taken in has become less. */
  | { readonly kind: 'room' }
  /** The run is not ours to write any more. Said at every look, until nobody looks. */
  | { readonly kind: 'gone'; readonly runId: RunId }
