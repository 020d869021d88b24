import { openRun } from '@provloom/rundir'
import { bucketsPerSeriesMax, curvePointsMin, ribbonOf } from '@provloom/rundir/curve'
import { sha256OfParts } from '@provloom/rundir/internal'
import { CurveFile } from './curve-file.ts'

/** Buckets of all series in the folded file: some tens of megabytes. */
const foldedRowsMax = 1 << 20

/**
 * The curves of a run that has ended, as one file: of each metric its ribbon over the ranks, then the buckets of its series.
 * Folded is what parts have curves of.
 *
 * @returns the file's bytes; undefined where there is nothing to fold
 * @throws {ProvloomError} `FILE_UNREADABLE`
 */
export async function foldCurves(runDir: string): Promise<Uint8Array | undefined> {
  const run = openRun(runDir)
  const metrics = await run.curveMetrics()
  const worth = metrics.filter(({ points, series }) => points >= series * curvePointsMin)
  const series = worth.reduce((sum, one) => sum + one.series, 0)
  const bucketsMax = Math.min(bucketsPerSeriesMax, Math.floor(foldedRowsMax / Math.max(1, series)))
  if (series === 0 || bucketsMax === 0) return undefined
  const file = new CurveFile(sha256OfParts(run.file.parts))
  for (const { points: _points, series: _series, ...metric } of worth) {
    const { exponent, curves } = await run.curves({ metric, bucketsMax })
    file.ribbon(metric, ribbonOf(curves, exponent))
    for (const { buckets, ...name } of curves) file.series(name, buckets)
  }
  return file.finish()
}
