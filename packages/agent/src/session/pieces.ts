import type { ArtifactKeeper } from '../artifact/keeper.ts'
import type { Publisher } from '../publish/publisher.ts'
import type { EventSources } from '../source/event-source.ts'
import type { OwnStream } from '../spool/own-stream.ts'
import type { SessionFacts } from './facts.ts'
import type { SessionFolder } from './folder.ts'
import type { Orders } from './orders.ts'
import type { ProcessEnd } from './process-end.ts'
import type { Reading } from './reading.ts'
import type { Standing } from './standing.ts'

/** What serves a session, each with a state and a job of its own. */
export interface Pieces {
  readonly facts: SessionFacts
  readonly folder: SessionFolder
  readonly own: OwnStream
  readonly sources: EventSources
  readonly publisher: Publisher
  readonly keeper: ArtifactKeeper
  readonly standing: Standing
  readonly reading: Reading
  readonly end: ProcessEnd
  readonly orders: Orders
}
