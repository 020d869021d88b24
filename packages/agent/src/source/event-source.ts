import { reasonOf } from '@provloom/shared'
import type { Artifact } from '@provloom/shared'
import type { Fact, SeriesName } from '../spool/own-stream.ts'

/** Where an event stands. */
export interface Origin {
  readonly stream: string
  readonly number: number
}

/** Where a source writes: the agent's stream of one session. What comes after the session's end is neither kept nor counted. */
export interface SourceWriter {
  /** The run that it is written for; the session, until that is known. Sessions of one run need not all say the same. */
  readonly run: string
  /** @returns whether it is kept */
  record(fact: Fact): boolean
  measure(name: SeriesName, step: number, value: number): void
  /** Takes on the file of an artifact that the source has recorded in a stream of its own. */
  keep(artifact: Artifact, origin: Origin): void
}

/** Something that is seen of one session while it goes on, by somebody who is not its script. */
export interface EventSource {
  /** Writes what is there, and from now on what comes. It waits for nothing: what takes long is written when it is known. */
  start(writer: SourceWriter): void
  /**
   * No more of it from now on, but what is still being asked: it resolves when that is written, or given up after a time
   * of its own. Before `start`, and a second time, it does nothing more.
   */
  stop(): Promise<void>
}

/** Several of them as one. What one of them throws is recorded, and the others go on. */
export class EventSources implements EventSource {
  readonly #sources: readonly EventSource[]
  #writer: SourceWriter | undefined

  constructor(sources: readonly EventSource[]) {
    this.#sources = sources
  }

  start(writer: SourceWriter): void {
    this.#writer = writer
    for (const source of this.#sources) {
      try {
        source.start(writer)
      } catch (error) {
        this.#tell(error)
      }
    }
  }

  async stop(): Promise<void> {
    const ends = await Promise.allSettled(this.#sources.map((source) => source.stop()))
    for (const end of ends) if (end.status === 'rejected') this.#tell(end.reason)
  }

  #tell(error: unknown): void {
    const message = `some facts are missing: ${reasonOf(error)}`
    this.#writer?.record({ type: 'problem', code: 'FACTS', message })
  }
}
