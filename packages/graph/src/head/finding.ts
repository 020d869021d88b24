import type { HeadFinding, HeadMetric } from '@provloom/rundir/entry'
import { holdingClock } from '../apply/host.ts'
import type { Kept } from '../kept.ts'
import { rankRanges } from '../render/words.ts'
import { expectedRanks, processEndOf, rankStatus, runStatus } from '../status.ts'
import type { Status } from '../status.ts'
import type { HostState, RankState, RunState } from '../state.ts'
import { reasonIn, signalOf, stopOrder } from '../stop/index.ts'
import type { HostClock, Stop, Stopped, StopOrder } from '../stop/index.ts'
import { headText } from './shown.ts'

const codes: Partial<Record<string, string>> = {
  failed: 'RANK_FAILED',
  killed: 'RANK_KILLED',
  lost: 'RANK_LOST',
  incomplete: 'RANK_INCOMPLETE',
} satisfies Partial<Record<Status, string>>

/**
 * Why a run did not end well: of the last attempts that it comes to its end by, those that stopped first (`stopOrder`), by
 * the rules of `provloom why`.
 *
 * @returns undefined while it goes on, and when it is completed
 */
export function headFinding(state: RunState, kept: Kept): HeadFinding | undefined {
  const status = runStatus(state)
  if (status === 'running' || status === 'completed') return undefined
  const order = stopOrder(stopsOf(state, kept))
  const { stopped, tied, cause } = order
  const [first] = stopped
  if (first === undefined) return absentFinding(state)
  const ranks = ranksIn(stopped).slice(0, ranksMax)
  const those = rankWords(ranksIn(stopped.slice(0, tied)))
  const others = stopped.length === tied ? '' : ` (then ${stopped.length - tied} more)`
  const told = (code: string, who: string, words: string): HeadFinding => ({
    code,
    who,
    text: headText(words),
    ranks,
  })
  if (cause === 'peers') return peersFinding(order, told)
  if (cause === 'outside')
    return told(
      'ENDED_FROM_OUTSIDE',
      'from outside',
      `${signalOf(first.stop) ?? 'a signal'} from outside ended ${those}${others}`,
    )
  if (cause === 'left')
    return told('RANK_LEFT', those, `${those} ended well before the others, which missed it${others}`)
  return told(
    codes[first.stop.status] ?? 'RANK_INCOMPLETE',
    those,
    `${those} ${first.stop.status}${others}${wordsOf(first.stop)}`,
  )
}

/** Who lost another rank, and who fell silent first. */
function peersFinding(
  { stopped, silent }: StopOrder,
  told: (code: string, who: string, words: string) => HeadFinding,
): HeadFinding {
  const [witness] = stopped.filter(({ kind }) => kind === 'peer')
  const who = rankWords(ranksIn(stopped.filter(({ kind }) => kind === 'peer')))
  const first = silent === undefined ? '' : `; ${rankWords(silent.ranks)} fell silent first`
  const said = witness === undefined ? '' : wordsOf(witness.stop)
  return told('PEERS_LOST', who, `${who} lost the connection to another rank; none says why${first}${said}`)
}

/**
 * What a completed run is said to be not well by: what a script logs and is NaN to its end, on most ranks. In which step that
 * began, and on which rank, is for who asks why: it is in the points.
 */
export function nanFinding(metrics: readonly HeadMetric[]): HeadFinding | undefined {
  const spoilt = metrics.filter(
    ({ last, min, measured }) => last === 'NaN' && min !== undefined && measured !== true,
  )
  const [first] = spoilt
  if (first === undefined) return undefined
  const name = first.context === undefined ? first.key : `${first.context}.${first.key}`
  const others = spoilt.length === 1 ? '' : `, and so are ${spoilt.length - 1} more`
  return { code: 'NAN_FIRST_SEEN', who: '', text: headText(`${name} is NaN to its end${others}`), ranks: [] }
}

const ranksMax = 64

function ranksIn(stopped: readonly Stopped[]): number[] {
  return stopped.map(({ stop: { rank } }) => rank)
}

function rankWords(ranks: readonly number[]): string {
  return `${ranks.length === 1 ? 'rank' : 'ranks'} ${rankRanges(ranks)}`
}

function absentFinding({ absent }: RunState): HeadFinding | undefined {
  if (absent.length === 0) return undefined
  const who = rankWords(absent)
  return {
    code: 'RANKS_ABSENT',
    who,
    text: headText(`${who} never came`),
    ranks: absent.slice(0, ranksMax),
  }
}

/** Of the last attempt of each rank that decides how the run stands. */
function stopsOf(state: RunState, kept: Kept): Stop[] {
  const expected = expectedRanks(state)
  const latest = new Map<number, readonly [key: string, rank: RankState]>()
  for (const [key, rank] of state.ranks) {
    const known = latest.get(rank.rank)?.[1]
    if (rank.rank < expected && (known === undefined || known.attempt < rank.attempt))
      latest.set(rank.rank, [key, rank])
  }
  return [...latest.values()].map(([key, rank]) => {
    const { end, sessionEnd, exit, hostKey } = rank
    const { logged } = kept.ofRank(key, rank)
    return {
      rank: rank.rank,
      status: rankStatus(state, rank),
      ...processEndOf(rank),
      error: end?.error ?? sessionEnd?.error,
      lastStep: logged?.lastStep,
      lastUs: logged?.lastTime ?? rank.lastTime,
      endUs: sessionEnd?.time ?? end?.time ?? exit?.time,
      clock: hostKey === undefined ? undefined : clockOf(hostKey, state.hosts.get(hostKey)),
    }
  })
}

function clockOf(host: string, state: HostState | undefined): HostClock {
  const { offsetUs = 0, uncertaintyUs = Infinity } = holdingClock(state?.clock) ?? {}
  return { host, offsetUs, uncertaintyUs }
}

/** What it said last, or how its process ended. */
function wordsOf({ error, exitCode, signal }: Stop): string {
  const words = error === undefined ? '' : reasonIn(error)
  if (words !== '') return `: ${words}`
  if (signal !== undefined) return `: ${signal}`
  return exitCode === undefined ? '' : `: exit code ${exitCode}`
}

/** The line that names the error that it ended with; empty where it said none. */
export function errorOf({ end, sessionEnd }: RankState): string {
  const said = end?.error ?? sessionEnd?.error ?? end?.stderr
  return said === undefined ? '' : reasonIn(said)
}
