import { filesOf, readRunFile } from '@provloom/rundir'
import type { RunFacts } from '@provloom/rundir'
import type { ClosedRun } from '@provloom/rundir/internal'
import { isRank, limits } from '@provloom/shared'
import type { Files, RankStatus } from '@provloom/shared'
import type { RunView } from '../run/run-view.ts'

/** What ran still when its run was closed ended without saying how. */
function closedStatus(status: RankStatus | 'running'): RankStatus {
  return status === 'running' ? 'incomplete' : status
}

/** Of an open run that is closed now. */
export function closedRunOf(run: RunView, reopenable: boolean): ClosedRun {
  const { roster, facts, summary } = run
  const { worldSize } = roster
  const collected = facts.settings.collectAllProcesses ? (worldSize ?? 0) : 0
  const unheld: number[] = []
  for (let rank = 0; rank < collected && unheld.length < limits.namedRanksMax; rank++)
    if (isRank(rank) && roster.lastOf(rank) === undefined) unheld.push(rank)
  const unwell = [...roster.latest()]
    .map((state) => [state.rank, state.attempt, closedStatus(roster.statusOf(state))] as const)
    .filter(([, , status]) => status !== 'completed')
    .slice(0, limits.namedRanksMax)
  return {
    facts,
    status: closedStatus(summary.status),
    ...(worldSize === undefined ? {} : { worldSize }),
    highestAttempt: roster.highestAttempt,
    reopenable,
    unheld,
    unwell,
  }
}

/** Its aggregator was killed after the last step and before it wrote so: what run.json says of it. */
export function finishedRun(files: Files, facts: RunFacts): ClosedRun {
  const { status, worldSize, ledger } = readRunFile(facts.runDir)
  const attempts = ledger.ranks.map(({ attempt }) => attempt)
  return {
    facts,
    status: closedStatus(status),
    ...(worldSize === null ? {} : { worldSize }),
    highestAttempt: Math.max(-1, ...attempts),
    reopenable: files.exists(filesOf(facts.runDir).reopening),
    unheld: [],
    unwell: ledger.ranks
      .filter((one) => one.status !== 'completed')
      .map(({ rank, attempt, status: how }) => [rank, attempt, closedStatus(how)] as const),
  }
}
