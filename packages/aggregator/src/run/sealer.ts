import { limits, reasonOf } from '@provloom/shared'
import type { Clock, Files, Lsn } from '@provloom/shared'
import type { ControlEntry } from '@provloom/rundir/entry'
import type { Snapshot } from '../journal/snapshot.ts'
import { keepState } from './kept-state.ts'
import type { Readers } from './readers.ts'
import type { Trouble } from './trouble.ts'

const retryMs = 5_000

export interface SealerOptions {
  readonly files: Files
  readonly clock: Clock
  readonly readers: Readers
  readonly trouble: Trouble
  readonly runDir: string
  readonly record: (entry: ControlEntry) => Promise<Lsn>
  /** Does work while no entry is taken in. */
  readonly still: <R>(work: Generator<void, R>) => Promise<R>
  /** Removes the journal before an entry. */
  readonly dropBefore: (position: Lsn) => void
  /** Rows are in a part: there is room for others. */
  readonly onRoom: () => void
}

/**
 * Moves metric rows from the journal into Parquet parts and gives the journal's space back: parts synced, `parts`
 * entry journaled, snapshot written, segments before the parts' position removed. A crash between any two of these
 * steps leaves more in the journal than needed, never less.
 */
export class Sealer {
  readonly #options: SealerOptions
  #running: Promise<void> | undefined
  #restUntilMs = 0
  #closed = false
  #appliedBytes = 0
  /** Where the journal began after the last seals, and how much had been applied when it began there. */
  #kept = { from: -1, appliedBytes: 0 }

  constructor(options: SealerOptions) {
    this.#options = options
  }

  /** Whether so many rows wait that nothing more should be received. */
  get overfull(): boolean {
    return this.#options.readers.metrics.pendingBytes > limits.waitingRowsBytesMax && !this.#closed
  }

  /** Entries of so many bytes were applied. */
  applied(bytes: number): void {
    this.#appliedBytes += bytes
    this.look()
  }

  /** Begins to seal when it is time. */
  look(): void {
    const { clock, readers } = this.#options
    if (this.#running !== undefined || this.#closed || !readers.metrics.due()) return
    if (clock.monotonicMs() < this.#restUntilMs) return
    this.#running = this.#sealAndSnapshot().finally(() => {
      this.#running = undefined
      this.#options.onRoom()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#options.onRoom()
    await this.#running
  }

  #weigh(replayFrom: number): void {
    const appliedBytes = this.#appliedBytes
    if (replayFrom !== this.#kept.from) this.#kept = { from: replayFrom, appliedBytes }
    else if (appliedBytes - this.#kept.appliedBytes > limits.journalKeptBytesMax)
      this.#options.readers.metrics.settle()
  }

  async #sealAndSnapshot(): Promise<void> {
    const { files, clock, readers, trouble, runDir, record, still, dropBefore, onRoom } = this.#options
    try {
      const sealed = await readers.metrics.seal()
      await record({ kind: 'parts', parts: sealed.parts, through: sealed.through })
      onRoom()
      await keepState(files, runDir, await still(saving(readers)), sealed)
      dropBefore(sealed.replayFrom)
      this.#weigh(sealed.replayFrom)
      trouble.ended('seal', 'Metric parts are written again')
    } catch (error) {
      this.#restUntilMs = clock.monotonicMs() + retryMs
      trouble.began('seal', new Error(`metric parts: ${reasonOf(error)}`, { cause: error }))
    }
  }
}

/** The graph as of one entry. */
function* saving(readers: Readers): Generator<void, Snapshot> {
  const graph = yield* readers.graph.saveSlices()
  return { applied: readers.position, graph }
}
