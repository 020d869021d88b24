import { isUnseen, placeIn, reasonIn, signalOf, stopOrder } from '@provloom/graph/stop'
import type { Stopped, StopKind } from '@provloom/graph/stop'
import type { Finding, FindingCode, FirstToStop } from '../answer/why.ts'
import type { RankFacts, WhyFacts } from './facts.ts'
import { ranksNamed } from './limits.ts'
import { percent, rankWords } from './words.ts'

/** How the ranks of a run that did not end well came to their end. */
export interface Ends {
  readonly order: readonly StoppedRank[]
  /** Of them, from the first on, those of which any may have been first. */
  readonly tied: number
  /** What the first one stopped of; `outside`: all were asked to end, or lost their peers, and nobody says why. */
  readonly cause: Cause | undefined
}

export type Cause = 'memory' | 'disk' | 'crash' | 'error' | 'killed' | 'lost' | 'silent' | 'outside' | 'peers'

export interface StoppedRank extends Stopped {
  readonly rank: RankFacts
}

const causes: Readonly<Record<StopKind, Cause>> = {
  memory: 'memory',
  disk: 'disk',
  crash: 'crash',
  error: 'error',
  killed: 'killed',
  lost: 'lost',
  silent: 'silent',
  asked: 'outside',
  peer: 'peers',
}

export function endsOf({ ranks }: WhyFacts): Ends {
  const { stopped, tied } = stopOrder(ranks)
  const byRank = new Map(ranks.map((rank) => [rank.rank, rank]))
  const order = stopped.flatMap((one) => {
    const rank = byRank.get(one.stop.rank)
    return rank === undefined ? [] : [{ ...one, rank }]
  })
  const [first] = order
  if (first === undefined) return { order, tied, cause: undefined }
  return { order, tied, cause: causes[first.kind] }
}

/** Undefined where nobody can be said to be the first. */
export function firstOf({ order, tied, cause }: Ends): FirstToStop | undefined {
  const [first, ...rest] = order
  if (first === undefined || cause === 'outside') return undefined
  if (tied > 1 && order.slice(0, tied).every((one) => isSame(first, one))) return undefined
  // Who was first is judged; the others are told as they ended.
  const others = [...rest].sort((a, b) => (a.timeUs ?? Infinity) - (b.timeUs ?? Infinity) || 0)
  return {
    ...stopFacts(first),
    others: others.slice(0, ranksNamed).map(stopFacts),
    othersMore: Math.max(0, others.length - ranksNamed),
  }
}

function stopFacts({ rank, stop, timeUs }: StoppedRank): Omit<FirstToStop, 'others' | 'othersMore'> {
  const error = stop.error === undefined ? '' : reasonIn(stop.error)
  const place = stop.error === undefined ? undefined : placeIn(stop.error)
  const signal = signalOf(stop)
  return {
    rank: rank.rank,
    attempt: rank.attempt,
    host: rank.host,
    ...(stop.lastStep === undefined ? {} : { lastStep: stop.lastStep }),
    ...(stop.lastUs === undefined ? {} : { lastUs: stop.lastUs - (stop.clock?.offsetUs ?? 0) }),
    ...(timeUs === undefined ? {} : { timeUs }),
    ...(error === '' ? {} : { error }),
    ...(place === undefined ? {} : { place }),
    ...(stop.error === undefined || stop.error.trim() === error ? {} : { said: stop.error }),
    ...(stop.exitCode === undefined ? {} : { exit: stop.exitCode }),
    ...(signal === undefined ? {} : { signal }),
  }
}

/** What happened to the first rank that stopped, and to those that are lost or never came. */
export function endFindings(facts: WhyFacts, ends: Ends): Finding[] {
  return [
    ...firstFindings(ends, facts.absent.length > 0),
    ...diskFindings(facts, ends),
    ...lostFindings(facts, ends),
    ...absentFindings(facts),
  ]
}

const codes: Readonly<Record<Cause, FindingCode>> = {
  memory: 'OUT_OF_MEMORY',
  disk: 'DISK_FULL',
  crash: 'RANK_CRASHED',
  error: 'RANK_FAILED',
  killed: 'RANK_KILLED',
  lost: 'RANK_LOST',
  silent: 'RANK_FAILED',
  outside: 'ENDED_FROM_OUTSIDE',
  peers: 'PEERS_LOST',
}

/** Where ranks never came, who waited for them and was ended is not why. */
function firstFindings({ order, tied, cause }: Ends, isAbsent: boolean): Finding[] {
  const [first] = order
  if (first === undefined || cause === undefined || cause === 'lost') return []
  const those = cause === 'outside' || cause === 'peers' ? order : order.slice(0, tied)
  const ranks = those.map(({ rank }) => rank.rank).sort((a, b) => a - b)
  const time = first.timeUs === undefined ? {} : { time: new Date(first.timeUs / 1000).toISOString() }
  const step = first.stop.lastStep === undefined ? {} : { step: first.stop.lastStep }
  return [
    {
      code: codes[cause],
      level: isAbsent && (cause === 'outside' || cause === 'peers') ? 'warning' : 'error',
      text: causeWords(
        first,
        cause,
        ranks,
        those.every((one) => isAlike(first, one) || isSame(first, one)),
      ),
      ranks: ranks.slice(0, ranksNamed),
      ...(ranks.length > ranksNamed ? { ranksMore: ranks.length - ranksNamed } : {}),
      ...(first.rank.host === '' ? {} : { host: first.rank.host }),
      ...(first.rank.device === undefined ? {} : { device: first.rank.device }),
      since: { ...step, ...time },
      link: { page: 'overview', rank: first.rank.rank },
    },
  ]
}

/** `rank 2 raised FloatingPointError: loss is nan at step 57` */
function causeWords(first: StoppedRank, cause: Cause, ranks: readonly number[], areAlike: boolean): string {
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
    case 'outside':
      return `${signal ?? 'a signal'} from outside ended ${rankWords(ranks)}`
    case 'peers':
      return `${rankWords(ranks)} lost the connection to another rank; none says why`
  }
}

/** Records that were dropped since a disk was full, whether or not the run ended of it. */
function diskFindings({ ranks }: WhyFacts, { cause }: Ends): Finding[] {
  const dropping = ranks.filter(({ droppedByDisk }) => droppedByDisk > 0)
  if (dropping.length === 0) return []
  const records = dropping.reduce((sum, { droppedByDisk }) => sum + droppedByDisk, 0)
  const hosts = [...new Set(dropping.map(({ host }) => host))]
  const names = dropping.map(({ rank }) => rank)
  return [
    {
      code: 'DISK_FULL',
      level: cause === undefined ? 'error' : 'warning',
      text: `a disk of ${hosts.length === 1 ? hosts[0] : `${hosts.length} hosts`} was full: ${rankWords(names)} could not record ${records} events`,
      ranks: names.slice(0, ranksNamed),
      ...(names.length > ranksNamed ? { ranksMore: names.length - ranksNamed } : {}),
      ...(hosts.length === 1 && hosts[0] !== undefined && hosts[0] !== '' ? { host: hosts[0] } : {}),
      evidence: { facts: { dropped: records } },
      link: { page: 'ranks' },
    },
  ]
}

/** Ranks of which nothing more is heard; where all of a machine are, it is the machine. */
function lostFindings({ ranks }: WhyFacts, { cause }: Ends): Finding[] {
  const lost = ranks.filter(({ status }) => status === 'lost')
  if (lost.length === 0) return []
  const hosts = new Set(lost.map(({ host }) => host))
  const [host = ''] = hosts
  const many = new Set(ranks.map((rank) => rank.host)).size > 1
  const whole =
    hosts.size === 1 && many && ranks.every((rank) => rank.host !== host || rank.status === 'lost')
  const names = lost.map(({ rank }) => rank)
  const steps = lost.flatMap(({ lastStep }) => lastStep ?? [])
  const step = steps.length === 0 ? undefined : Math.max(...steps)
  const last = step === undefined ? '' : `, their last word at step ${step}`
  const subject = whole
    ? `host ${host} was lost with ${rankWords(names)}`
    : `${rankWords(names)}${hosts.size === 1 && host !== '' ? ` (${host})` : ''} fell silent`
  return [
    {
      code: whole ? 'HOST_LOST' : 'RANK_LOST',
      level: cause === 'lost' ? 'error' : 'warning',
      text: `${subject}${names.length === 1 ? last.replace('their', 'its') : last}`,
      ranks: names.slice(0, ranksNamed),
      ...(names.length > ranksNamed ? { ranksMore: names.length - ranksNamed } : {}),
      ...(hosts.size === 1 && host !== '' ? { host } : {}),
      ...(step === undefined ? {} : { since: { step } }),
      link: { page: 'ranks' },
    },
  ]
}

function absentFindings({ absent, worldSize, ranks }: WhyFacts): Finding[] {
  if (absent.length === 0) return []
  return [
    {
      code: 'RANKS_ABSENT',
      level: 'error',
      text: `${rankWords(absent)} of ${worldSize ?? ranks.length + absent.length} never came`,
      ranks: absent.slice(0, ranksNamed),
      ...(absent.length > ranksNamed ? { ranksMore: absent.length - ranksNamed } : {}),
      link: { page: 'ranks' },
    },
  ]
}

/** They came to the same end, as far as anybody saw it, and neither said why. */
function isSame(first: StoppedRank, one: StoppedRank): boolean {
  if (one.stop.error !== undefined || first.stop.error !== undefined) return false
  if (isUnseen(one)) return isUnseen(first) || first.kind === 'killed'
  return first.kind === 'killed' && one.kind === 'killed' && signalOf(one.stop) === signalOf(first.stop)
}

/** They ended of the same, each by itself: a file that is not there, a setting that is wrong. Numbers in it may be each one's. */
export function isAlike(first: StoppedRank | undefined, other: StoppedRank): boolean {
  const said = (one: StoppedRank | undefined): string =>
    one?.stop.error === undefined ? '' : reasonIn(one.stop.error).replaceAll(/\d+/g, '#')
  return first?.kind === other.kind && said(other) !== '' && said(first) === said(other)
}
