import { createHash } from 'node:crypto'
import os from 'node:os'
import { parentPort } from 'node:worker_threads'
import { encodePart } from './encode.ts'
import type { RowColumns } from './rows.ts'
import type { SeriesRow } from '@provloom/rundir/series'

/** What the thread is asked: one part. */
export interface EncodeOrder {
  /** Pieces in shared memory. */
  readonly rows: readonly RowColumns[]
  /** Those that the thread has not been told before. */
  readonly series: readonly SeriesRow[]
}

export interface EncodedPart {
  readonly bytes: Uint8Array
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

const known: SeriesRow[] = []

giveWay()

/** The thread: encodes one part after the other and is ended by who asks. */
parentPort?.on('message', ({ rows, series }: EncodeOrder) => {
  for (const one of series) known.push(one)
  const work = encodePart(rows, known)
  for (;;) {
    const step = work.next()
    if (step.done !== true) continue
    const bytes = new Uint8Array(step.value)
    const part: EncodedPart = { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
    parentPort?.postMessage(part, [bytes.buffer])
    return
  }
})

/**
 * Receiving, journaling and acknowledging come first where processors are short: rows can wait in memory, and when they
 * are too many, so does what comes. On Linux this is the thread's own priority; elsewhere it is left as it is.
 */
function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    os.setPriority(0, os.constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Not allowed here; the part is encoded all the same.
  }
}
