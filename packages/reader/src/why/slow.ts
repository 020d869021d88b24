import type { Finding } from '../answer/why.ts'
import type { PaceFacts, RankFacts, WhyFacts } from './facts.ts'
import { ranksNamed, slowCost, slowTimes } from './limits.ts'
import { costOf, laggards } from './pace.ts'
import type { Cost, Laggard } from './pace.ts'
import { percent, rankWords, rounded, seconds } from './words.ts'

/** Ranks that are slow for one reason: those of a machine, those of a device, or one alone. */
interface Group {
  readonly of: 'host' | 'device' | 'rank'
  readonly members: readonly Laggard[]
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
  const ranks = new Map(facts.ranks.map((rank) => [rank.rank, rank]))
  const known = new Set<number>()
  const found: Finding[] = []
  for (const group of groupsOf(laggards(pace), ranks)) {
    const rows = new Set(group.members.map(({ row }) => row))
    const since = Math.min(...group.members.map((one) => one.since))
    const cost = costOf(pace, rows, known, since)
    for (const row of rows) known.add(row)
    if (cost.share >= slowCost) found.push(findingOf(facts, pace, group, cost, since))
  }
  return found
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
  ): void => {
    for (const { rank } of members) taken.add(rank)
    groups.push({ of, members, host, device })
  }
  for (const one of slow) {
    if (taken.has(one.rank)) continue
    const { host = '', device } = ranks.get(one.rank) ?? {}
    const free = slow.filter(({ rank }) => !taken.has(rank))
    const ofHost = free.filter(({ rank }) => ranks.get(rank)?.host === host)
    const ofDevice = ofHost.filter(({ rank }) => ranks.get(rank)?.device === device)
    if (hosts.size > 1 && areMost(ofHost, ranks, (rank) => rank.host === host))
      take('host', host, device, ofHost)
    else if (
      device !== undefined &&
      areMost(ofDevice, ranks, (rank) => rank.host === host && rank.device === device)
    )
      take('device', host, device, ofDevice)
    else take('rank', host, device, [one])
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

function findingOf(facts: WhyFacts, pace: PaceFacts, group: Group, cost: Cost, since: number): Finding {
  const { members, host, device } = group
  const ratio = members.reduce((sum, one) => sum + one.ratio, 0) / members.length
  const [slowest] = members
  const times = Math.min(...members.map((one) => one.times))
  const of = slowest?.of ?? 0
  const step = pace.steps[since] ?? 0
  const data = members.reduce((sum, one) => sum + one.dataShare, 0) / members.length >= 0.5
  const without = cost.stepSeconds - cost.perStep
  const [sets, takes] = facts.status === 'running' ? ['sets', 'takes'] : ['set', 'took']
  const text = `${subjectOf(group)} ${sets} the pace: ${rounded2(ratio)}× the median of the others, slow in ${times} of the last ${of} steps, ${sinceWords(pace, since, step)}${data ? ', waiting for its data' : ''}; a step ${takes} ${seconds(cost.stepSeconds)}, without it ${seconds(without)} (${percent(cost.share)})`
  return {
    code: codes[group.of],
    level: 'warning',
    text,
    ranks: members
      .map(({ rank }) => rank)
      .sort((a, b) => a - b)
      .slice(0, ranksNamed),
    ...(members.length > ranksNamed ? { ranksMore: members.length - ranksNamed } : {}),
    ...(host === '' ? {} : { host }),
    ...(device === undefined || group.of === 'host' ? {} : { device }),
    since: { step },
    evidence: {
      metric: pace.metric,
      ratio: Number(ratio.toFixed(3)),
      times,
      of,
      costSeconds: Number(cost.seconds.toPrecision(3)),
      stepSeconds: Number(cost.stepSeconds.toPrecision(3)),
      stepSecondsWithout: Number(without.toPrecision(3)),
      facts: { by: pace.kind, waitingForData: data ? 'yes' : 'no' },
    },
    link: {
      page: 'ranks',
      metric: pace.metric,
      fromStep: Math.max(0, step - 50),
      ...(slowest === undefined ? {} : { rank: slowest.rank }),
    },
  }
}

function subjectOf({ of, members, host, device }: Group): string {
  const ranks = members.map(({ rank }) => rank)
  if (of === 'host') return `host ${host} (${rankWords(ranks)})`
  if (of === 'device') return `device ${device} of ${host} (${rankWords(ranks)})`
  const on = [host, device ?? ''].filter((word) => word !== '').join(', ')
  return `${rankWords(ranks)}${on === '' ? '' : ` (${on})`}`
}

function sinceWords({ widths }: PaceFacts, since: number, step: number): string {
  const before = widths?.subarray(0, since).reduce((sum, one) => sum + one, 0) ?? since
  return before <= 5 ? 'from the start' : `since step ${step}`
}

function rounded2(ratio: number): string {
  return ratio >= 10 ? rounded(ratio) : ratio.toFixed(2)
}
