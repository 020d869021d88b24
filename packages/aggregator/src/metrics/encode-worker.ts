import { parentPort } from 'node:worker_threads'
import { encodeRows, wholly } from './encode-rows.ts'
import type { EncodedPart } from './encode-rows.ts'
import { giveWay } from './give-way.ts'
import type { RowColumns } from './rows.ts'
import type { SeriesRow } from '@provloom/rundir/series'

/** What the thread is asked: one part. */
export interface EncodeOrder {
  /** Pieces in shared memory. */
  readonly rows: readonly RowColumns[]
  /** Those that the thread has not been told before. */
  readonly series: readonly SeriesRow[]
}

const known: SeriesRow[] = []

giveWay()

/** The thread: encodes one part after the other and is ended by who asks. */
parentPort?.on('message', ({ rows, series }: EncodeOrder) => {
  for (const one of series) known.push(one)
  const { bytes, sha256, curves } = wholly(encodeRows(rows, known))
  // What the writers leave is larger than what they have written.
  const [part, beside] = [new Uint8Array(bytes), curves === undefined ? undefined : new Uint8Array(curves)]
  const answer: EncodedPart = { bytes: part, sha256, curves: beside }
  parentPort?.postMessage(answer, beside === undefined ? [part.buffer] : [part.buffer, beside.buffer])
})
