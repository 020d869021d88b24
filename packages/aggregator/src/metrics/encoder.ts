import { Worker } from 'node:worker_threads'
import type { EncodeAnswer, EncodeOrder } from './encode-worker.ts'
import { encodePart } from './encode.ts'
import type { RowColumns } from './rows.ts'
import type { SeriesRow } from './series-table.ts'

/** Rows of a row group: in a thread of its own as large as reads well, on the main thread as long as one may hold it. */
const workerGroupRows = 131_072
const slicedGroupRows = 8_192

/** Below this a thread costs more than it saves. */
const workerRowsMin = 20_000

/**
 * Encodes rows as a Parquet file without holding the event loop: in a worker thread, or for few rows, and where sources
 * run without a build, in slices. The rows' memory is given away.
 */
export async function encode(rows: RowColumns, series: readonly SeriesRow[]): Promise<Uint8Array> {
  if (rows.count < workerRowsMin || !isBuilt) return sliced(rows, series)
  return inWorker({ rows, series: [...series], rowGroupRows: workerGroupRows })
}

/** Node before 22 cannot start a thread from a TypeScript file. */
const isBuilt = import.meta.url.endsWith('.js')

async function sliced(rows: RowColumns, series: readonly SeriesRow[]): Promise<Uint8Array> {
  const work = encodePart(rows, series, slicedGroupRows)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function inWorker(order: EncodeOrder): Promise<Uint8Array> {
  const { series, step, time, value } = order.rows
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./encode-worker.js', import.meta.url))
    worker.once('message', (answer: EncodeAnswer) => {
      resolve(answer)
      void worker.terminate()
    })
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the encoder ended before it answered')))
    worker.postMessage(order, [series.buffer, step.buffer, time.buffer, value.buffer])
  })
}
