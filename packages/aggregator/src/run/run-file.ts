import { writeDurably } from '@provloom/shared'
import type { RunSummary } from '../parts.ts'
import type { RunFacts } from './facts.ts'
import { filesOf } from './facts.ts'
import type { Surroundings } from './surroundings.ts'

export interface RunFileFacts {
  readonly summary: RunSummary
  /** The last journal entry that the ledger holds. */
  readonly journalPosition: number
  readonly finished: boolean
  /** Relative to the run directory; there when the run is finished. */
  readonly files: readonly string[]
}

/** Rewrites run.json, durably: who this run is, its settings, its ledger per rank and in total, its files. */
export async function writeRunFile(around: Surroundings, run: RunFacts, facts: RunFileFacts): Promise<void> {
  const { summary } = facts
  const content = {
    format: 1,
    runId: run.runId,
    finished: facts.finished,
    ...(facts.finished ? {} : { connectionFile: around.connectionFile }),
    status: summary.status,
    startTime: timeOf(summary.startUs),
    endTime: summary.endUs === undefined ? null : timeOf(summary.endUs),
    jobKey: run.jobKey,
    number: run.number,
    settings: run.settings,
    worldSize: summary.worldSize ?? null,
    journalPosition: facts.journalPosition,
    logs: summary.logs,
    ledger: {
      total: summary.total,
      ranksRefused: summary.ranksRefused,
      conflicts: summary.conflicts,
      ranks: summary.ranks,
    },
    files: facts.files,
  }
  const text = `${JSON.stringify(content, null, 2)}\n`
  await writeDurably(around.files, filesOf(run.runDir).runJson, [Buffer.from(text, 'utf8')], 'umask')
}

function timeOf(us: number): string {
  return new Date(us / 1000).toISOString()
}
