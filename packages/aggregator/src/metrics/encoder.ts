import { Worker } from 'node:worker_threads'
import { nextTurn } from '../slices.ts'
import { encodeRows } from './encode-rows.ts'
import type { EncodedPart } from './encode-rows.ts'
import type { EncodeOrder } from './encode-worker.ts'
import type { RowColumns } from './rows.ts'
import type { SeriesRow } from '@provloom/rundir/series'

/** Below this a thread costs more than it saves. */
const workerRowsMin = 20_000
/** A thread that has nothing to do for so long is ended. */
const idleMs = 10_000

/** Node before 22 cannot start a thread from a TypeScript file. */
const isBuilt = import.meta.url.endsWith('.js')

/**
 * Encodes the rows of one run as Parquet files without holding the event loop: in a worker thread, which stays for the
 * next part, or for few rows, and where sources run without a build, in slices.
 */
export class Encoder {
  #worker: Worker | undefined
  /** Series that the thread knows. */
  #told = 0
  #idle: NodeJS.Timeout | undefined

  /**
   * One call at a time.
   *
   * @param rows pieces that stay as they are until the end
   * @param series the run's series, by number; it only grows
   */
  async encode(rows: readonly RowColumns[], series: readonly SeriesRow[]): Promise<EncodedPart> {
    const count = rows.reduce((sum, piece) => sum + piece.count, 0)
    return count < workerRowsMin || !isBuilt ? sliced(rows, series) : this.#inWorker(rows, series)
  }

  async #inWorker(rows: readonly RowColumns[], series: readonly SeriesRow[]): Promise<EncodedPart> {
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= new Worker(new URL('./encode-worker.js', import.meta.url)))
    const order: EncodeOrder = { rows, series: series.slice(this.#told) }
    this.#told = series.length
    worker.ref()
    try {
      const part = await answerOf(worker, order)
      worker.unref()
      this.#idle = setTimeout(() => this.#end(), idleMs).unref()
      return part
    } catch (error) {
      this.#end()
      throw error
    }
  }

  #end(): void {
    void this.#worker?.terminate()
    this.#worker = undefined
    this.#told = 0
  }
}

async function sliced(rows: readonly RowColumns[], series: readonly SeriesRow[]): Promise<EncodedPart> {
  const work = encodeRows(rows, series)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    await nextTurn()
  }
}

function answerOf(worker: Worker, order: EncodeOrder): Promise<EncodedPart> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error('the encoder ended before it answered'))
    worker.once('message', (part: EncodedPart) => {
      worker.off('error', reject)
      worker.off('exit', onExit)
      resolve(part)
    })
    worker.once('error', reject)
    worker.once('exit', onExit)
    worker.postMessage(order, [])
  })
}
