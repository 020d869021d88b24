import type { Finding } from '../answer/why.ts'
import type { PaceFacts, RankFacts, WhyFacts } from './facts.ts'
import { apartRatio, ranksNamed, slowCost, slowTimes } from './limits.ts'
import { costOf, laggards } from './pace.ts'
import type { Cost, Laggard } from './pace.ts'
import { percent, rankWords, rounded, seconds } from './words.ts'

/** Ranks that are slow for one reason: those of a machine, those of a device, or one alone. */
interface Group {
  readonly of: 'host' | 'device' | 'rank'
  readonly members: readonly Laggard[]
  /** All ranks of the machine or device, also one of them that is hardly slower than others; ascending. */
  readonly named: readonly number[]
  readonly host: string
  readonly device: string | undefined
}

/**
 * Who makes the others wait: the slowest first. Where most of a machine's ranks are slow it is the machine. None is named
 * that costs less than a fiftieth of the time.
 */
export function slowFindings(facts: WhyFacts): Finding[] {
  const { pace } = facts
  if (pace === undefined || pace.kind === 'interval') return []
  const found = slowBy(pace, facts, 'data')
  if (pace.kind === 'apart') return apartFindings(pace, facts)
  const { between } = pace
  // Where others wait inside of their steps, it may be between its own that one is slow.
  return found.length > 0 || between === undefined
    ? found
    : slowBy(withBetween(pace, between), facts, 'between')
}

/** Where nobody waits for it a rank may take longer since it has more to do: named is one that stands alone, and by far. */
function apartFindings(pace: PaceFacts, facts: WhyFacts): Finding[] {
  const slow = laggards(pace, hostsOf(facts)).filter(({ ratio }) => ratio >= apartRatio)
  const isFew = slow.length === 1 || slow.length * 4 <= pace.ranks.length
  if (!isFew) return []
  const ranks = new Map(facts.ranks.map((rank) => [rank.rank, rank]))
  return groupsOf(slow, ranks).map((group): Finding => {
    const { members, named, host, device } = group
    const ratio = members.reduce((sum, one) => sum + one.ratio, 0) / members.length
    const [first] = members
    const since = Math.min(...members.map((one) => one.since))
    const step = pace.steps[since] ?? 0
    const [times, of] = [Math.min(...members.map((one) => one.times)), first?.of ?? 0]
    return {
      code: codes[group.of],
      level: 'warning',
      text: `${subjectOf(group)} ${facts.status === 'running' ? 'takes' : 'took'} longer from log to log: ${rounded2(ratio)}× the median of the others, in ${times} of the last ${of} steps, ${sinceWords(pace, since, step)}; they do not wait for it`,
      ranks: named.slice(0, ranksNamed),
      ...(named.length > ranksNamed ? { ranksMore: named.length - ranksNamed } : {}),
      ...(host === '' ? {} : { host }),
      ...(device === undefined || group.of === 'host' ? {} : { device }),
      since: { step },
      evidence: {
        metric: pace.metric,
        ratio: Number(ratio.toFixed(3)),
        times,
        of,
        facts: { by: pace.kind },
      },
      link: {
        page: 'ranks',
        metric: pace.metric,
        fromStep: Math.max(0, step - 50),
        ...(first === undefined ? {} : { rank: first.rank }),
      },
    }
  })
}

/** Ranks that are slow by what they compute and wait for data, or else by what passes between their steps. */
export function laggardsOf(pace: PaceFacts, hosts: ReadonlyMap<number, string>): Laggard[] {
  const found = laggards(pace, hosts)
  const { between } = pace
  return found.length > 0 || between === undefined ? found : laggards(withBetween(pace, between), hosts)
}

function withBetween(pace: PaceFacts, between: Float64Array): PaceFacts {
  const waits = between.map((value) => (Number.isNaN(value) ? 0 : value))
  return { ...pace, own: pace.own.map((value, i) => value + waits[i]!), data: waits }
}

/** What a rank may spend more of than others, beside computing. */
type Waits = 'data' | 'between'

const waitsWords: Readonly<Record<Waits, string>> = {
  data: ', waiting for its data',
  between: ', between its steps',
}

function slowBy(pace: PaceFacts, facts: WhyFacts, waits: Waits): Finding[] {
  const ranks = new Map(facts.ranks.map((rank) => [rank.rank, rank]))
  const known = new Set<number>()
  const found: Finding[] = []
  for (const group of groupsOf(laggards(pace, hostsOf(facts)), ranks)) {
    const rows = new Set(group.members.map(({ row }) => row))
    const since = Math.min(...group.members.map((one) => one.since))
    const cost = costOf(pace, rows, known, since)
    for (const row of rows) known.add(row)
    if (cost.share >= slowCost) found.push(findingOf({ facts, pace, waits }, group, cost, since))
  }
  return found
}

/** Machines of ranks. */
export function hostsOf({ ranks }: Pick<WhyFacts, 'ranks'>): Map<number, string> {
  return new Map(ranks.map(({ rank, host }) => [rank, host]))
}

function groupsOf(slow: readonly Laggard[], ranks: ReadonlyMap<number, RankFacts>): Group[] {
  const hosts = new Set([...ranks.values()].map(({ host }) => host))
  const groups: Group[] = []
  const taken = new Set<number>()
  const take = (
    of: Group['of'],
    host: string,
    device: string | undefined,
    members: readonly Laggard[],
    belongs: (rank: RankFacts) => boolean,
  ): void => {
    for (const { rank } of members) taken.add(rank)
    const named = [...ranks.values()].filter(belongs).map(({ rank }) => rank)
    groups.push({ of, members, named: named.sort((a, b) => a - b), host, device })
  }
  for (const one of slow) {
    if (taken.has(one.rank)) continue
    const { host = '', device } = ranks.get(one.rank) ?? {}
    const free = slow.filter(({ rank }) => !taken.has(rank))
    const ofHost = free.filter(({ rank }) => ranks.get(rank)?.host === host)
    const ofDevice = ofHost.filter(({ rank }) => ranks.get(rank)?.device === device)
    const isOnHost = (rank: RankFacts): boolean => rank.host === host
    const isOnDevice = (rank: RankFacts): boolean => isOnHost(rank) && rank.device === device
    if (hosts.size > 1 && areMost(ofHost, ranks, isOnHost)) take('host', host, device, ofHost, isOnHost)
    else if (device !== undefined && areMost(ofDevice, ranks, isOnDevice))
      take('device', host, device, ofDevice, isOnDevice)
    else take('rank', host, device, [one], ({ rank }) => rank === one.rank)
  }
  return groups
}

/** Two at least. */
function areMost(
  slow: readonly Laggard[],
  ranks: ReadonlyMap<number, RankFacts>,
  belongs: (rank: RankFacts) => boolean,
): boolean {
  const all = [...ranks.values()].filter(belongs).length
  return slow.length > 1 && slow.length >= slowTimes * all
}

const codes = { host: 'HOST_SLOW', device: 'DEVICE_SLOW', rank: 'RANK_SLOW' } as const

interface Seen {
  readonly facts: WhyFacts
  readonly pace: PaceFacts
  /** What `data` of the pace is. */
  readonly waits: Waits
}

function findingOf({ facts, pace, waits }: Seen, group: Group, cost: Cost, since: number): Finding {
  const { members, named, host, device } = group
  const ratio = members.reduce((sum, one) => sum + one.ratio, 0) / members.length
  const [slowest] = members
  const times = Math.min(...members.map((one) => one.times))
  const of = slowest?.of ?? 0
  const step = pace.steps[since] ?? 0
  const isWaiting = members.reduce((sum, one) => sum + one.dataShare, 0) / members.length >= 0.5
  const without = cost.stepSeconds - cost.perStep
  // A metric that says of a step more than passes from one to the next is in other units, or of other steps.
  const isPart = without > 0
  const [sets, takes] = facts.status === 'running' ? ['sets', 'takes'] : ['set', 'took']
  const text = `${subjectOf(group)} ${sets} the pace: ${rounded2(ratio)}× the median of the others, slow in ${times} of the last ${of} steps, ${sinceWords(pace, since, step)}${isWaiting ? waitsWords[waits] : ''}${isPart ? `; a step ${takes} ${seconds(cost.stepSeconds)}, without it ${seconds(without)} (${percent(cost.share)})` : ''}`
  return {
    code: codes[group.of],
    level: 'warning',
    text,
    ranks: named.slice(0, ranksNamed),
    ...(named.length > ranksNamed ? { ranksMore: named.length - ranksNamed } : {}),
    ...(host === '' ? {} : { host }),
    ...(device === undefined || group.of === 'host' ? {} : { device }),
    since: { step, ...timeOf(facts, pace, slowest, since) },
    evidence: {
      metric: pace.metric,
      ratio: Number(ratio.toFixed(3)),
      times,
      of,
      ...(isPart
        ? {
            costSeconds: Number(cost.seconds.toPrecision(3)),
            stepSeconds: Number(cost.stepSeconds.toPrecision(3)),
            stepSecondsWithout: Number(without.toPrecision(3)),
          }
        : {}),
      facts: { by: pace.kind, waits: isWaiting ? waits : 'none' },
    },
    link: {
      page: 'ranks',
      metric: pace.metric,
      fromStep: Math.max(0, step - 50),
      ...(slowest === undefined ? {} : { rank: slowest.rank }),
    },
  }
}

/** When its step was, by its last point and what has passed since: how long steps took, not each by itself. */
function timeOf(
  { ranks }: WhyFacts,
  { steps, whole }: PaceFacts,
  slowest: Laggard | undefined,
  since: number,
): { readonly time?: string } {
  const { lastUs, lastStep = Infinity, clock } = ranks.find(({ rank }) => rank === slowest?.rank) ?? {}
  // Of some steps it is not known how long they took: as long as the others.
  const known = whole.subarray(since).filter(Number.isFinite)
  if (lastUs === undefined || known.length === 0) return {}
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length
  const passed = mean * Math.max(0, Math.min(lastStep, steps.at(-1) ?? 0) - (steps[since] ?? 0))
  return { time: new Date(Math.round((lastUs - (clock?.offsetUs ?? 0) - passed * 1e6) / 1e3)).toISOString() }
}

function subjectOf({ of, named, host, device }: Group): string {
  if (of === 'host') return `host ${host} (${rankWords(named)})`
  if (of === 'device') return `device ${device} of ${host} (${rankWords(named)})`
  const on = [host, device ?? ''].filter((word) => word !== '').join(', ')
  return `${rankWords(named)}${on === '' ? '' : ` (${on})`}`
}

function sinceWords({ widths }: PaceFacts, since: number, step: number): string {
  const before = widths?.subarray(0, since).reduce((sum, one) => sum + one, 0) ?? since
  return before <= 5 ? 'from the start' : `since step ${step}`
}

function rounded2(ratio: number): string {
  return ratio >= 10 ? rounded(ratio) : ratio.toFixed(2)
}
