import { parentPort } from 'node:worker_threads'
import { encodePart } from './encode.ts'
import type { RowColumns } from './rows.ts'
import type { SeriesRow } from './series-table.ts'

/** What the thread is asked: one part. */
export interface EncodeOrder {
  readonly rows: RowColumns
  readonly series: readonly SeriesRow[]
  readonly rowGroupRows: number
}

/** The part's bytes. */
export type EncodeAnswer = Uint8Array

/** The thread: encodes one part and is ended by who asked. */
parentPort?.once('message', ({ rows, series, rowGroupRows }: EncodeOrder) => {
  const work = encodePart(rows, series, rowGroupRows)
  for (;;) {
    const step = work.next()
    if (step.done !== true) continue
    const bytes = new Uint8Array(step.value)
    parentPort?.postMessage(bytes, [bytes.buffer])
    return
  }
})
