import { createGraphBuilder } from '@provloom/graph'
import type { GraphBuilder, Roster } from '@provloom/graph'
import type { RunEntry } from '@provloom/rundir/entry'
import type { JobSight } from '../../src/closing/outlook.ts'
import type { Lsn, RunId } from '@provloom/shared'

export function opened(collectAllProcesses: boolean): RunEntry {
  return {
    kind: 'opened',
    time: 1,
    runId: '01893d5e-5c00-7000-8000-000000000000' as RunId,
    number: 0,
    ordinal: 0,
    jobKey: '',
    settings: { provUserNamespace: 'a', experimentName: 'e', collectAllProcesses, saveAfterNLogs: 100 },
    aggregator: { version: '0', host: 'h', pid: 1 },
  }
}

/** What is known of a job whose agents say nothing but what their sessions do. */
export function sight(agoMs: JobSight['agoMs'], more: Partial<JobSight> = {}): JobSight {
  return {
    agoMs,
    agentOf: () => undefined,
    hadSession: () => false,
    earlierSpeaks: () => false,
    isDeserted: false,
    ...more,
  }
}

/** Gives further entries to a graph. */
export function tell(graph: GraphBuilder, ...entries: readonly RunEntry[]): void {
  for (const entry of entries) graph.take((graph.roster.position + 1) as Lsn, entry).keep()
}

/** What is known of a run with these entries. */
export function rosterOf(collectAllProcesses: boolean, ...entries: readonly RunEntry[]): Roster {
  const graph = createGraphBuilder()
  tell(graph, opened(collectAllProcesses), ...entries)
  return graph.roster
}
