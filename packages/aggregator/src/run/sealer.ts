import { filesOf } from '@provloom/rundir'
import { limits, lsn, reasonOf } from '@provloom/shared'
import { writeSnapshot } from '../journal/snapshot.ts'
import type { Snapshot } from '../journal/snapshot.ts'
import type { OpenRun } from './open-run.ts'
import type { Surroundings } from './surroundings.ts'

const retryMs = 5_000
/** Journal kept so that a small last part may grow after a restart too. Beyond it that part is left as it is. */
const keptBytesMax = 64 * 1024 * 1024

/**
 * Moves metric rows from the journal into Parquet parts and gives the journal's space back: parts synced, `parts`
 * entry journaled, snapshot written, segments before the parts' position removed. A crash between any two of these
 * steps leaves more in the journal than needed, never less.
 */
export class Sealer {
  readonly #run: OpenRun
  readonly #around: Surroundings
  #running: Promise<void> | undefined
  #restUntilMs = 0
  #closed = false
  /** Where the journal began after the last seals, and how much had been applied when it began there. */
  #kept = { from: -1, appliedBytes: 0 }

  constructor(run: OpenRun, around: Surroundings) {
    this.#run = run
    this.#around = around
  }

  /** Whether so many rows wait that nothing more should be received. */
  get overfull(): boolean {
    return this.#run.metrics.pendingBytes > limits.waitingRowsBytesMax && !this.#closed
  }

  /** Begins to seal when it is time. */
  look(): void {
    if (this.#running !== undefined || this.#closed || !this.#run.metrics.due()) return
    if (this.#around.clock.monotonicMs() < this.#restUntilMs) return
    this.#running = this.#sealAndSnapshot().finally(() => {
      this.#running = undefined
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  #weigh(replayFrom: number): void {
    const { appliedBytes } = this.#run
    if (replayFrom !== this.#kept.from) this.#kept = { from: replayFrom, appliedBytes }
    else if (appliedBytes - this.#kept.appliedBytes > keptBytesMax) this.#run.metrics.settle()
  }

  async #sealAndSnapshot(): Promise<void> {
    const run = this.#run
    try {
      const sealed = await run.metrics.seal()
      await run.record({ kind: 'parts', parts: sealed.parts, through: sealed.through })
      const built = await run.still(saving(run))
      await writeSnapshot(this.#around.files, filesOf(run.facts.runDir).snapshot, {
        ...built,
        through: lsn(sealed.replayFrom - 1),
        metrics: sealed.saved,
      })
      run.log.dropBefore(sealed.replayFrom)
      this.#weigh(sealed.replayFrom)
      run.trouble.ended('seal', 'FILE_UNWRITABLE', 'Metric parts are written again')
    } catch (error) {
      this.#restUntilMs = this.#around.clock.monotonicMs() + retryMs
      run.trouble.began('seal', 'FILE_UNWRITABLE', new Error(`metric parts: ${reasonOf(error)}`))
    }
  }
}

/** Graph and roster as of one entry. */
function* saving(run: OpenRun): Generator<void, Pick<Snapshot, 'applied' | 'roster' | 'graph'>> {
  const graph = yield* run.graph.saveSlices()
  yield
  return { applied: run.position, roster: run.roster.save(), graph }
}
