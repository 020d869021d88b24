import type { Context } from '../context.ts'
import type { Place } from '../place/place.ts'
import type { Link } from '../publish/link.ts'
import type { EventSource } from '../source/event-source.ts'
import type { HostWatch } from '../source/host-watch.ts'
import type { Life, ProcessName } from '../tree/processes.ts'
import type { SessionFacts } from './facts.ts'
import type { SessionFolder } from './folder.ts'
import type { History } from './history.ts'
import type { StderrTail } from './stderr-tail.ts'

/** The process that a session is of. */
export interface SessionProcess {
  /** Whether it, or another one of its session, lives: of one that is handed in later nobody does, whatever has that number. */
  readonly lifeOf: (process: ProcessName) => Life
  /** It is the wrapped command, whose end is its own; or was started by it, which says nothing of its end; or neither. */
  readonly wrapped: 'command' | 'below' | undefined
  /** Whether it has begun another session since this one: its end is then that one's. */
  readonly wentOn: () => boolean
  /** Whether the process that started it is still there: it may tell how it ended. */
  readonly hasParent: () => boolean
}

/** What a session's service is made of. */
export interface SessionParts {
  readonly context: Context
  readonly link: Link
  readonly folder: SessionFolder
  readonly facts: SessionFacts
  readonly place: Place
  readonly process: SessionProcess
  /** What another agent of the session left; read when absent. */
  readonly history?: History
  /** When nothing more is known: the last that was heard of a session that is handed in later. */
  readonly lastUs?: number | undefined
  /** Whether it goes on, or has just ended: of one that is handed in what is seen now says nothing. */
  readonly isLive: boolean
  /** What is seen of it beside what it logs. */
  readonly sources: readonly EventSource[]
  /** The one of them that the aggregator decides about. */
  readonly watch?: HostWatch | undefined
  /** What it writes to standard error, where that can be read back and shall be. */
  readonly stderr?: StderrTail | undefined
  /** A person should know. */
  readonly told: (message: string) => void
}
