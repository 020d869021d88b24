import type { RankSummary, RunSummary } from '@provloom/rundir/entry'
import { isRunId, limits } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { totalOf } from './apply/ledger.ts'
import { errorOf } from './head/finding.ts'
import { headText } from './head/shown.ts'
import { problemKinds } from './problems.ts'
import { runSpan, spansOf } from './render/span.ts'
import type { Kept, RankFacts } from './kept.ts'
import { processEndOf, rankStatus, runStatus } from './status.ts'
import type { RankState, RunState } from './state.ts'

/** The run in numbers, for run.json and the terminal. */
export function summaryOf(state: RunState, kept: Kept): RunSummary {
  const ranks = [...state.ranks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, rank]) => rankSummary(state, rank, kept.ofRank(key, rank)))
  const kinds = problemKinds(state, kept.ofRanks())
  const span = runSpan(state, spansOf(kept.ofRanks()))
  return {
    runId: state.opened?.runId ?? noRun(),
    status: runStatus(state),
    startUs: span.start ?? 0,
    ...(state.closed === undefined ? {} : { endUs: span.end ?? state.closed.time }),
    ...(state.worldSize === undefined ? {} : { worldSize: state.worldSize }),
    ranks,
    ranksRefused: state.refused.size,
    conflicts: state.conflicts,
    absent: state.absent,
    problems: kinds.reduce((sum, { count }) => sum + count, 0),
    problemKinds: kinds,
    hints: state.hints,
    logs: state.logs,
    total: totalOf(ranks),
    parts: state.parts,
  }
}

function rankSummary(state: RunState, rank: RankState, { ledger, remarks, logged }: RankFacts): RankSummary {
  const problems = rank.problemCount + remarks.length
  const { exitCode, signal } = processEndOf(rank)
  const error = errorOf(rank)
  const { localRank } = rank.start ?? {}
  const devices = rank.devices ?? rank.start?.devices
  return {
    rank: rank.rank,
    attempt: rank.attempt,
    status: rankStatus(state, rank),
    host: rank.host ?? '',
    ...(rank.holder === undefined ? {} : { session: rank.holder.session }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(rank.kept === undefined ? {} : { kept: rank.kept }),
    ...(problems === 0 ? {} : { problems }),
    ...ledger,
    ...(localRank === undefined ? {} : { localRank }),
    ...(devices === undefined ? {} : { device: headText(devices, limits.rankTextMax) }),
    ...(logged === undefined ? {} : { lastStep: logged.lastStep, lastUs: logged.lastTime }),
    ...(error === '' ? {} : { error: headText(error, limits.rankTextMax) }),
  }
}

/** Before the first entry there is no run; the nil UUID (RFC 9562, section 5.9) stands for it. */
function noRun(): RunId {
  const nil = '00000000-0000-0000-0000-000000000000'
  if (!isRunId(nil)) throw new Error('the nil UUID is a run id')
  return nil
}
