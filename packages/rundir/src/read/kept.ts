import { CurveFiles } from './curve-files.ts'
import { MetricTally } from './metrics.ts'
import { RunRows } from './points.ts'

/** What has been read of a run and will not be otherwise: for who opens it again and again while it goes on. */
export class RunKept {
  readonly rows: RunRows
  readonly curves: CurveFiles
  readonly metrics: MetricTally

  constructor(runDir: string) {
    this.rows = new RunRows(runDir)
    this.curves = new CurveFiles(runDir)
    this.metrics = new MetricTally(this.rows)
  }
}
