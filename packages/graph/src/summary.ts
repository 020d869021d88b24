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
import { extentOf } from './statistics.ts'
import type { Extent } from './statistics.ts'
import type { RankState, RunState } from './state.ts'
import type { Tallies } from './tally.ts'

/** The run in numbers, for run.json and the terminal. */
export function summaryOf(state: RunState, kept: Kept, tallies: Tallies): RunSummary {
  const extents = extentsOf(state, tallies)
  const ranks = [...state.ranks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, rank]) => rankSummary(state, rank, kept.ofRank(key, rank), extents.get(key)))
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

function rankSummary(
  state: RunState,
  rank: RankState,
  { ledger, remarks }: RankFacts,
  extent: Extent | undefined,
): RankSummary {
  const problems = rank.problemCount + remarks.length
  const { exitCode, signal } = processEndOf(rank)
  const error = errorOf(rank)
  const { localRank, devices } = rank.start ?? {}
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
    ...(extent === undefined ? {} : { lastStep: extent.lastStep, lastUs: extent.lastTime }),
    ...(error === '' ? {} : { error: headText(error, limits.rankTextMax) }),
  }
}

/** How far the metrics have come that each attempt of a rank logs itself. */
function extentsOf(state: RunState, tallies: Tallies): Map<string, Extent> {
  const extents = new Map<string, Extent>()
  for (const { metricKey, ownerKey, slots } of state.series.values()) {
    const metric = state.metrics.get(metricKey)
    if (metric === undefined || metric.source !== undefined || metric.measures !== undefined) continue
    const extent = extentOf(
      tallies,
      slots.map(({ slot }) => slot),
    )
    if (extent === undefined) continue
    const known = extents.get(ownerKey)
    extents.set(ownerKey, known === undefined ? extent : further(known, extent))
  }
  return extents
}

function further(one: Extent, other: Extent): Extent {
  return {
    firstStep: Math.min(one.firstStep, other.firstStep),
    lastStep: Math.max(one.lastStep, other.lastStep),
    firstTime: Math.min(one.firstTime, other.firstTime),
    lastTime: Math.max(one.lastTime, other.lastTime),
  }
}

/** Before the first entry there is no run; the nil UUID (RFC 9562, section 5.9) stands for it. */
function noRun(): RunId {
  const nil = '00000000-0000-0000-0000-000000000000'
  if (!isRunId(nil)) throw new Error('the nil UUID is a run id')
  return nil
}
