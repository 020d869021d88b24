import type { GraphBuilder, Roster } from '@provloom/graph'
import type { RunFacts } from '@provloom/rundir'
import type { RunSummary } from '@provloom/rundir/entry'

/** An open run, for all who want to know something of it: what its journal holds, and whether more may come to that. */
export interface RunView {
  readonly facts: RunFacts
  /** Who takes part, as the journal knows it. */
  readonly roster: Roster
  readonly summary: RunSummary
  /** What its users should know of it as a whole, in words: by their code. */
  readonly told: ReturnType<GraphBuilder['told']>
  /** It is being ended, and takes nobody in now. */
  readonly isEnding: boolean
  /** Everybody has ended, and the document says so; it is amended, goes on, or is closed. */
  readonly isOver: boolean
  /** What was written when it ended, relative to the run directory. */
  readonly files: readonly string[]
  /** It is not ours to write any more, and why: nothing of it is stored or acknowledged. */
  readonly gone: string | undefined
  /** Entries of our own are on their way into the journal. */
  readonly isRecording: boolean
  /** Why its journal cannot be written now, as far as the last try showed. */
  readonly unwritten: string | undefined
  /** The same of its document. */
  readonly unflushed: string | undefined
}
