import { writeRunFile } from '@provloom/rundir/internal'
import type { RunFacts } from '@provloom/rundir'
import type { RunHead, RunSummary } from '@provloom/rundir/entry'
import { limits } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import type { Ownership } from './ownership.ts'
import type { Readers } from './readers.ts'
import type { Surroundings } from './surroundings.ts'
import type { Trouble } from './trouble.ts'

/** What run.json tells of a run that goes on, as of one entry. */
export interface RunNow {
  readonly summary: RunSummary
  readonly head: RunHead
  readonly position: Lsn
}

/** Writing it takes at most a twentieth of the time... */
const restFactor = 19
/** ...and of a run of many ranks, whose rows are many, it is not written every moment either: so many milliseconds a row. */
const restMsPerRank = 5
const retryMs = 5_000

export interface RunJsonOptions {
  readonly around: Surroundings
  readonly facts: RunFacts
  readonly readers: Readers
  readonly ownership: Ownership
  readonly trouble: Trouble
  /** Does work while no entry is taken in. */
  readonly still: <R>(work: Generator<void, R>) => Promise<R>
}

/**
 * run.json of a run that goes on: who lists and watches runs reads nothing else. It is written with each flush, and between
 * flushes, of which a run that logs seldom has one in an hour, when something has changed.
 */
export class RunJson {
  readonly #options: RunJsonOptions
  #changed = false
  #restUntilMs = -Infinity
  #looking: Promise<void> | undefined
  #written: Promise<void> = Promise.resolve()
  #position = -1
  #closed = false

  constructor(options: RunJsonOptions) {
    this.#options = options
  }

  /** Something was taken in that it does not tell. */
  changed(): void {
    this.#changed = true
  }

  /** Begins to write it when it is time. */
  look(): void {
    const { around } = this.#options
    if (!this.#changed || this.#closed || this.#looking !== undefined) return
    if (around.clock.monotonicMs() < this.#restUntilMs) return
    this.#looking = this.#writeNow().finally(() => {
      this.#looking = undefined
    })
  }

  /**
   * Writes it as it is told, after whatever of it is written already; unless that is newer.
   *
   * @throws the system's error
   */
  async write({ summary, head, position }: RunNow): Promise<void> {
    const { around, facts, readers } = this.#options
    const before = this.#written
    const writing = (async () => {
      await before
      if (position < this.#position) return
      await writeRunFile(around.files, facts, {
        summary,
        head,
        journalPosition: position,
        finished: false,
        connectionFile: around.connectionFile,
        files: ['prov.json'],
      })
      this.#position = position
      if (readers.position === position) this.#changed = false
      this.#restUntilMs = Math.max(this.#restUntilMs, around.clock.monotonicMs() + limits.headRestMs)
    })()
    this.#written = writing.catch(() => {})
    await writing
  }

  /** Nothing more is begun; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#looking
    await this.#written
  }

  async #writeNow(): Promise<void> {
    const { around, readers, ownership, trouble, still } = this.#options
    const { clock } = around
    if (!ownership.isOurs(true)) return
    const began = clock.monotonicMs()
    try {
      const now = await still(tellingNow(readers))
      await this.write(now)
      const took = clock.monotonicMs() - began
      const restMs = Math.max(limits.headRestMs, now.summary.ranks.length * restMsPerRank, took * restFactor)
      this.#restUntilMs = began + Math.min(restMs, limits.flushRestMsMax)
      trouble.ended('run.json', 'run.json is written again')
    } catch (error) {
      this.#restUntilMs = clock.monotonicMs() + retryMs
      trouble.began('run.json', error)
    }
  }
}

/** As of the entry that was taken in last. */
export function* tellingNow({ graph, position }: Readers): Generator<void, RunNow> {
  const head = yield* graph.headSlices()
  yield
  return { head, summary: graph.summary(), position }
}
