import { createHash } from 'node:crypto'
import type { SeriesRow } from '@provloom/rundir/series'
import { encodeCurves } from './curve/part-curves.ts'
import { encodePart } from './encode.ts'
import type { RowColumns } from './rows.ts'
import { bySeries } from './sort.ts'

export interface EncodedPart {
  readonly bytes: Uint8Array
  /** Lower-case hexadecimal. */
  readonly sha256: string
  /** The curve file beside it. */
  readonly curves: Uint8Array | undefined
}

/**
 * A part with its curves, of rows in pieces. Yields after each step that takes a while.
 *
 * @param series the run's series, by number
 */
export function* encodeRows(
  pieces: readonly RowColumns[],
  series: readonly SeriesRow[],
): Generator<void, EncodedPart> {
  const sorted = bySeries(pieces, series)
  yield
  const bytes = yield* encodePart(sorted, series)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  yield
  const curves = yield* encodeCurves(sorted, series, { bytes: bytes.length, sha256 })
  return { bytes, sha256, curves }
}

/** All at once: of a thread that does nothing else. */
export function wholly<R>(work: Generator<void, R>): R {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}
