import path from 'node:path'

/** Where a run directory keeps what. */
export interface RunFiles {
  readonly provJson: string
  readonly provDot: string
  readonly provSvg: string
  readonly runJson: string
  readonly metrics: string
  /** Caches of the parts: curves in buckets. */
  readonly curves: string
  readonly artifacts: string
  readonly journal: string
  readonly snapshot: string
  /** What the Parquet parts hold, beside the graph's snapshot. */
  readonly store: string
  /** What a run that has ended would go on from. */
  readonly reopening: string
  /** Whose an open run is. */
  readonly lease: string
}

export function filesOf(runDir: string): RunFiles {
  return {
    provJson: path.join(runDir, 'prov.json'),
    provDot: path.join(runDir, 'prov.dot'),
    provSvg: path.join(runDir, 'prov.svg'),
    runJson: path.join(runDir, 'run.json'),
    metrics: path.join(runDir, 'metrics'),
    curves: path.join(runDir, 'curves'),
    artifacts: path.join(runDir, 'artifacts'),
    journal: path.join(runDir, 'journal'),
    snapshot: path.join(runDir, 'journal', 'snapshot'),
    store: path.join(runDir, 'journal', 'store'),
    reopening: path.join(runDir, '.reopening'),
    lease: path.join(runDir, '.lease'),
  }
}

/** Parts among the names of a metrics folder, in the order of their rows. What is staged there is no part yet. */
export function partNames(names: readonly string[]): string[] {
  return names.filter((name) => /^part-\d{12,}\.parquet$/.test(name)).sort()
}

/** A part's name by the journal entry that its first row is of. */
export function partName(first: number): string {
  return `part-${String(first).padStart(12, '0')}.parquet`
}

/** In the folder of curves, of all parts of a run that has ended. Those of a part are named as the part. */
export const curvesName = 'all.parquet'
