import { reasonIn, signalOf } from '@provloom/graph/stop'
import type { FellSilent, StopCause } from '@provloom/graph/stop'
import { isAlike, isSame, ranksIn } from './ends.ts'
import type { Ends, StoppedRank } from './ends.ts'
import { percent, rankWords, seconds } from './words.ts'

/** `rank 2 raised FloatingPointError: loss is nan at step 57` */
export function wordsOf({ order, silent }: Ends, cause: StopCause, those: readonly StoppedRank[]): string {
  const [first] = those
  const who = rankWords(ranksIn(those))
  if (first === undefined) return who
  switch (cause) {
    case 'outside':
      return `${signalOf(first.stop) ?? 'a signal'} from outside ended ${who}`
    case 'peers':
      return peersWords(first, who, silent, those.length)
    case 'left':
      return leftWords(
        first,
        who,
        order.filter((one) => !those.includes(one)),
      )
    case 'memory':
    case 'disk':
    case 'crash':
    case 'error':
    case 'killed':
    case 'lost':
    case 'silent':
      return causeWords(first, cause, those)
  }
}

function causeWords(
  first: StoppedRank,
  cause: Exclude<StopCause, 'outside' | 'peers' | 'left'>,
  those: readonly StoppedRank[],
): string {
  const ranks = ranksIn(those)
  const areAlike = those.every((one) => isAlike(first, one) || isSame(first, one))
  const who =
    ranks.length > 1 && !areAlike
      ? `one of ${rankWords(ranks)} (their clocks do not say which)`
      : rankWords(ranks)
  const { stop, rank } = first
  const error = stop.error === undefined ? '' : reasonIn(stop.error)
  const signal = signalOf(stop)
  switch (cause) {
    case 'memory':
      return error === ''
        ? `${who} was killed (SIGKILL) while ${percent(rank.memoryShare ?? 0)} of the memory of ${rank.host} was in use: it most likely ran out of memory`
        : `${who} ran out of memory: ${error}`
    case 'disk':
      return `${who} found no room on a disk: ${error}`
    case 'crash':
      return `${who} crashed (${signal ?? 'a signal'})${error === '' ? '' : `: ${error}`}`
    case 'error':
      return `${who} raised ${error}`
    case 'killed':
      return `${who} ${ranks.length > 1 && areAlike ? 'were all at once' : 'was'} killed by ${signal ?? 'a signal'}`
    case 'lost':
      return `${who} fell silent`
    case 'silent':
      return stop.exitCode === undefined
        ? `${who} ended without a word${ranks.length > 1 && areAlike ? ', all at once' : ''}`
        : `${who} ended with exit code ${stop.exitCode}, and said nothing`
  }
}

/** Who missed another one, with its own words, and who fell silent first: nothing else is known. */
function peersWords(
  first: StoppedRank,
  who: string,
  silent: FellSilent | undefined,
  witnesses: number,
): string {
  const { stop, rank } = first
  const error = shortReason(stop.error)
  const said = error === '' ? '' : ` (${witnesses > 1 ? `rank ${rank.rank}: ` : ''}${error})`
  const loss = `${who} lost the connection to another rank, or waited for it in vain${said}; none says why`
  if (silent === undefined) return `${loss}, and nothing else is known`
  return `${loss}. ${silentWords(silent)}; nothing else is known`
}

function silentWords({ ranks, by, step, othersFrom, othersTo, timeUs, earlierUs }: FellSilent): string {
  const at =
    timeUs === undefined || !Number.isFinite(timeUs)
      ? ''
      : ` (${new Date(timeUs / 1000).toISOString().slice(11, 23)})`
  const who = rankWords(ranks).replace(/^./, (one) => one.toUpperCase())
  if (by === 'time')
    return `All came to step ${step}, and ${rankWords(ranks)} fell silent first${at}, ${seconds((earlierUs ?? 0) / 1e6)} before the next one`
  const others = othersFrom === othersTo ? `step ${othersTo}` : `steps ${othersFrom} to ${othersTo}`
  return `${who} fell silent first, at step ${step}${at}; the others came to ${others}`
}

/** It ended as it should, and too early for those that went on with it. */
function leftWords(first: StoppedRank, who: string, others: readonly StoppedRank[]): string {
  const steps = others.flatMap(({ stop }) => stop.lastStep ?? [])
  const to = Math.max(...steps)
  const missed = others.filter(({ kind }) => kind === 'peer')
  const [witness] = missed
  const error = shortReason(witness?.stop.error)
  return `${who} ended well at step ${first.stop.lastStep ?? 0}, the others went on to step ${to}, and ${rankWords(ranksIn(missed))} missed it${error === '' ? '' : ` (${error})`}`
}

const reasonLength = 120

/** Of a sentence that it is not all of. */
function shortReason(error: string | undefined): string {
  const reason = error === undefined ? '' : reasonIn(error)
  return reason.length <= reasonLength ? reason : `${reason.slice(0, reasonLength - 1).trimEnd()}…`
}
