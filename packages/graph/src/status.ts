import { shellWord } from '@provloom/shared'
import type { RankStatus } from '@provloom/shared'
import type { RankState, RunState } from './state.ts'

export type Status = RankStatus | 'running'

/** How an attempt stands: what its session told, else its agent, else what the aggregator had to conclude. */
export function rankStatus(state: RunState, rank: RankState): Status {
  const status = toldStatus(state, rank)
  return status === 'completed' && isShort(state, rank) ? 'incomplete' : status
}

function toldStatus(state: RunState, rank: RankState): Status {
  const { sessionEnd, end, lost } = rank
  // Whatever its process does behind end_run; a session that the next start_run overtook did not come to its end.
  if (sessionEnd?.by === 'call') return sessionEnd.status
  if (sessionEnd?.by === 'next') return 'incomplete'
  if (end !== undefined) return end.status
  if (lost !== undefined) return 'lost'
  if (rank.ended !== undefined || (state.closed !== undefined && sessionEnd !== undefined))
    return sessionEnd?.status ?? 'incomplete'
  return state.closed === undefined ? 'running' : 'incomplete'
}

/** Nothing comes of it any more, as far as is known. */
export function isOver({ closed }: RunState, { end, ended, sessionEnd, exit }: RankState): boolean {
  return [end, ended, sessionEnd, exit, closed].some((one) => one !== undefined)
}

/** What it logged has not all come in: it is kept, or its agent never said that all is sent, and its last word is missing. */
function isShort({ closed }: RunState, { sessionEnd, ended, kept }: RankState): boolean {
  return kept !== undefined || (closed !== undefined && ended === undefined && sessionEnd === undefined)
}

/** What of an attempt is in no graph, in words. */
export function keptWords({ closed }: RunState, { kept, ended, lost }: RankState): string[] {
  if (kept === undefined) {
    const open = closed?.cause === 'stopped' && ended === undefined && lost === undefined
    return open
      ? ['KEPT: the aggregator was stopped before this rank had ended. What has not come in: provloom spools']
      : []
  }
  const { records, folder, reason } = kept
  // Without records it is files, or the end alone, which the reason names.
  const what = records === 0 ? 'not all is in this run' : `${records} records are not in this graph`
  return [
    `KEPT: ${what}: ${reason}. ${records === 0 ? 'It is' : 'They are'} kept in ${folder}; hand in: provloom import ${shellWord(folder)}`,
  ]
}

/** Its process ended otherwise than its session, which had ended well: that stands. */
export function exitWords({ sessionEnd, end, exit }: RankState): string[] {
  const endedWell = sessionEnd?.by === 'call' && sessionEnd.status === 'completed'
  if (!endedWell || exit !== undefined || end === undefined || end.status === 'completed') return []
  const how =
    end.signal === undefined ? `ended with exit code ${end.exitCode}` : `was killed by ${end.signal}`
  return [`EXIT: the run had ended well, and its process then ${how}`]
}

/** An end that was told is before the begin: a clock was set back meanwhile. */
export function steppedWords({ session, start, sessionEnd, end }: RankState): string[] {
  const began = session?.time ?? start?.time
  const ended = sessionEnd?.time ?? end?.time
  return began === undefined || ended === undefined || ended >= began
    ? []
    : [`CLOCK_STEPPED: its end was told ${((began - ended) / 1e6).toFixed(3)} s before its begin`]
}

/** How an attempt's process ended: seen after its session, else with it, else what it said that it was about to end with. */
export function processEndOf({ exit, end, sessionEnd }: RankState): {
  readonly exitCode?: number
  readonly signal?: string
} {
  return exit ?? end ?? sessionEnd ?? {}
}

/**
 * The ranks that a run comes to its end by are those below this: all of the world of its latest attempt, or rank 0 alone
 * where no others are collected. Infinity where nobody told how many there are.
 */
export function expectedRanks({ opened, worldSize }: RunState): number {
  return opened?.settings.collectAllProcesses === true ? (worldSize ?? Number.POSITIVE_INFINITY) : 1
}

const gravity: readonly Status[] = ['running', 'completed', 'incomplete', 'lost', 'killed', 'failed']

/** A finished run is what the gravest of its expected ranks' last attempts is; one to which not all came is incomplete. */
export function runStatus(state: RunState): Status {
  if (state.closed === undefined) return 'running'
  const expected = expectedRanks(state)
  const last = new Map<number, RankState>()
  for (const rank of state.ranks.values()) {
    if (rank.rank >= expected) continue
    const known = last.get(rank.rank)
    if (known === undefined || known.attempt < rank.attempt) last.set(rank.rank, rank)
  }
  let worst: Status = last.size === 0 || state.absent.length > 0 ? 'incomplete' : 'completed'
  for (const rank of last.values()) {
    const status = rankStatus(state, rank)
    if (gravity.indexOf(status) > gravity.indexOf(worst)) worst = status
  }
  return worst
}
