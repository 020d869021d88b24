import { createGraphBuilder } from '@provloom/graph'
import type { RunFacts } from '@provloom/rundir'
import { Statuses, systemClock, systemFiles } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import PQueue from 'p-queue'
import { createMetricStore } from '../../src/metrics/store.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'

export const runId = '01893d5e-5c00-7000-8000-000000000000' as RunId

/** What a run needs that is opened without an aggregator around it. */
export function surroundings(more: Partial<Surroundings> = {}): Surroundings {
  return {
    files: systemFiles(),
    clock: systemClock(),
    version: '0',
    host: 'h',
    connectionFile: '',
    tell: () => {},
    force: false,
    createGraphBuilder,
    createMetricStore,
    createGraph: false,
    createSvg: false,
    drawings: new PQueue({ concurrency: 1 }),
    runs: new Statuses(),
    ...more,
  }
}

export function factsOf(runDir: string): RunFacts {
  const settings = {
    provUserNamespace: 'a',
    experimentName: 'e',
    collectAllProcesses: true,
    saveAfterNLogs: 100,
  }
  return { runId, runDir, number: 0, ordinal: 0, jobKey: 'j', settings }
}

/** There is nothing more to say in it. */
export const nothing = (): Promise<void> => Promise.resolve()
