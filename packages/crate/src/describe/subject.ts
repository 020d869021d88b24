import type { RunFile } from '@provloom/rundir'
import type { About } from '../about/about.ts'
import type { RunGraph } from '../graph/run-graph.ts'
import type { Digest } from '../source-file.ts'

/** All that a crate is described from. */
export interface Subject {
  readonly run: RunFile
  readonly graph: RunGraph
  readonly about: About
  /** What is in the crate, by path. */
  readonly files: ReadonlyMap<string, Digest>
  readonly folders: readonly string[]
  readonly exportedAt: Date
}

/** As people call the run. */
export function nameOf({ settings, number }: RunFile): string {
  return `${settings.experimentName}_${number}`
}

/** ISO 8601 with the offset written out, which Process Run Crate's validators look for. */
export function timeOf(time: string | Date): string {
  return new Date(time).toISOString().replace('Z', '+00:00')
}
