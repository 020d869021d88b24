import type { HeadFinding } from '@provloom/rundir/entry'
import { rankRanges } from '../render/words.ts'
import { processEndOf, rankStatus, runStatus } from '../status.ts'
import type { Status } from '../status.ts'
import type { RankState, RunState } from '../state.ts'
import { headText } from './shown.ts'

const codes: Partial<Record<Status, string>> = {
  failed: 'RANK_FAILED',
  killed: 'RANK_KILLED',
  lost: 'RANK_LOST',
  incomplete: 'RANK_INCOMPLETE',
}

/**
 * Why a run did not end well: of the last attempts that stand as the run does, the one that ended first.
 *
 * @returns undefined while it goes on, and when it is completed
 */
export function headFinding(state: RunState, latest: Iterable<RankState>): HeadFinding | undefined {
  const status = runStatus(state)
  const code = codes[status]
  if (code === undefined) return undefined
  const ranks = [...latest].filter((rank) => rankStatus(state, rank) === status)
  const [first] = ranks.sort((a, b) => endOf(a) - endOf(b) || a.rank - b.rank)
  if (first === undefined) {
    const { absent } = state
    return absent.length === 0
      ? undefined
      : {
          code: 'RANKS_ABSENT',
          text: `never came: rank ${rankRanges(absent)}`,
          ranks: absent.slice(0, ranksMax),
        }
  }
  const others = ranks.length === 1 ? '' : ` (and ${ranks.length - 1} more)`
  return {
    code,
    text: headText(`rank ${first.rank} ${status}${others}${wordsOf(first)}`),
    ranks: ranks.slice(0, ranksMax).map(({ rank }) => rank),
  }
}

const ranksMax = 64

function endOf({ end, exit, sessionEnd, lost, lastTime }: RankState): number {
  return sessionEnd?.time ?? end?.time ?? exit?.time ?? lastTime ?? lost ?? Infinity
}

/** What it said last, or how its process ended. */
function wordsOf(rank: RankState): string {
  const words = errorOf(rank)
  if (words !== '') return `: ${words}`
  const { exitCode, signal } = processEndOf(rank)
  if (signal !== undefined) return `: ${signal}`
  return exitCode === undefined ? '' : `: exit code ${exitCode}`
}

/** The line that names the error that it ended with; empty where it said none. */
export function errorOf({ end, sessionEnd }: RankState): string {
  const said = end?.error ?? sessionEnd?.error ?? end?.stderr
  return said === undefined ? '' : reasonIn(said)
}

/** Of a Python traceback the line that names the error, behind the last place in it: its text may have many more lines. */
export function reasonIn(said: string): string {
  const lines = said.trimEnd().split('\n')
  const place = lines.findLastIndex((line) => /^ {2}File "/.test(line))
  const reason = place < 0 ? undefined : lines.slice(place).find((line) => /^[^\s^~]/.test(line))
  return reason ?? lines.at(-1) ?? ''
}
