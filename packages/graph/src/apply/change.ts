import type { AttemptIndex } from '../attempt-index.ts'
import type { Links } from '../links.ts'
import type { SeriesIndex } from '../series-index.ts'
import type { RunState } from '../state.ts'
import type { Tallies } from '../tally.ts'
import type { Dirt } from '../thing.ts'
import type { Undo } from '../undo.ts'

/** What an entry is applied to. The state is changed by `undo` alone, which can take it back. */
export interface Change {
  readonly undo: Undo
  readonly state: RunState
  readonly tallies: Tallies
  readonly index: SeriesIndex
  readonly attempts: AttemptIndex
  readonly links: Links
  readonly dirt: Dirt
}

/** The rank attempt that an event came from, with the stream and number of its record. */
export interface Origin {
  readonly rankKey: string
  readonly stream: string
  readonly number: number
}
