import { openRun } from '@provloom/rundir'
import type { RunReader } from '@provloom/rundir'
import {
  CurveMaker,
  bucketsPerSeriesMax,
  curvePointsMin,
  pointsPerBucket,
  ribbonOf,
} from '@provloom/rundir/curve'
import { sha256OfParts } from '@provloom/rundir/internal'
import { CurveFile } from './curve-file.ts'
import { curveShare } from './share.ts'

/** Buckets of all series in the folded file: some tens of megabytes. */
const foldedRowsMax = 1 << 20

type Counted = Awaited<ReturnType<RunReader['curveMetrics']>>[number]

/**
 * The curves of a run that has ended, as one file: of each metric its ribbon over the ranks, then the buckets of its series.
 * Folded is what parts have curves of, and no more than is a share of the parts' bytes.
 *
 * @returns the file's bytes; undefined where there is nothing to fold
 * @throws {ProvloomError} `FILE_UNREADABLE`
 */
export async function foldCurves(runDir: string): Promise<Uint8Array | undefined> {
  const run = openRun(runDir)
  const { parts } = run.file
  const partBytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  const metrics = await run.curveMetrics()
  const worth = metrics.filter(({ points, series }) => points >= series * curvePointsMin)
  const series = worth.reduce((sum, one) => sum + one.series, 0)
  if (series === 0) return undefined
  for (let rowsMax = foldedRowsMax; rowsMax >= series;) {
    const file = new CurveFile(sha256OfParts(parts))
    for (const one of worth) await fold(file, run, one, Math.floor(rowsMax / series))
    const bytes = file.finish()
    if (bytes.length * curveShare <= partBytes) return bytes
    rowsMax = Math.floor(Math.min(rowsMax, file.rows) / 2)
  }
  return undefined
}

/** The ribbon is as narrow as the parts' buckets are; those of its many series are wider where there would be too many. */
async function fold(file: CurveFile, run: RunReader, counted: Counted, perSeriesMax: number): Promise<void> {
  const { points, series, ...metric } = counted
  const bucketsMax = Math.min(bucketsPerSeriesMax, 1 + Math.floor(points / series / pointsPerBucket))
  const { exponent, curves } = await run.curves({ metric, bucketsMax })
  file.ribbon(metric, ribbonOf(curves, exponent))
  const maker = new CurveMaker({ exponent, perSeriesMax })
  for (const { buckets } of curves) {
    maker.begin()
    maker.buckets(buckets)
  }
  const { begins, buckets } = maker.flat()
  file.all(curves, begins, buckets)
}
