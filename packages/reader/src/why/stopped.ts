import { placeIn, reasonIn, signalOf } from '@provloom/graph/stop'
import type { StopCause } from '@provloom/graph/stop'
import type { Finding, FindingCode, FirstToStop } from '../answer/why.ts'
import { isSame, ranksIn } from './ends.ts'
import type { Ends, StoppedRank } from './ends.ts'
import type { WhyFacts } from './facts.ts'
import { ranksNamed } from './limits.ts'
import { wordsOf } from './stopped-words.ts'
import { rankWords } from './words.ts'

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

const codes: Readonly<Record<StopCause, FindingCode>> = {
  memory: 'OUT_OF_MEMORY',
  disk: 'DISK_FULL',
  crash: 'RANK_CRASHED',
  error: 'RANK_FAILED',
  killed: 'RANK_KILLED',
  lost: 'RANK_LOST',
  silent: 'RANK_FAILED',
  outside: 'ENDED_FROM_OUTSIDE',
  peers: 'PEERS_LOST',
  left: 'RANK_LEFT',
}

/** Where ranks never came, who waited for them and was ended is not why. */
function firstFindings(ends: Ends, isAbsent: boolean): Finding[] {
  const { order, tied, cause } = ends
  const [first] = order
  if (first === undefined || cause === undefined || cause === 'lost') return []
  const those = cause === 'peers' ? order.filter(({ kind }) => kind === 'peer') : order.slice(0, tied)
  const ranks = ranksIn(those)
  const time = first.timeUs === undefined ? {} : { time: new Date(first.timeUs / 1000).toISOString() }
  const step = first.stop.lastStep === undefined ? {} : { step: first.stop.lastStep }
  return [
    {
      code: codes[cause],
      level: isAbsent && (cause === 'outside' || cause === 'peers') ? 'warning' : 'error',
      text: wordsOf(ends, cause, those),
      ranks: ranks.slice(0, ranksNamed),
      ...(ranks.length > ranksNamed ? { ranksMore: ranks.length - ranksNamed } : {}),
      ...(first.rank.host === '' ? {} : { host: first.rank.host }),
      ...(first.rank.device === undefined ? {} : { device: first.rank.device }),
      since: { ...step, ...time },
      link: { page: 'overview', rank: first.rank.rank },
    },
  ]
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
