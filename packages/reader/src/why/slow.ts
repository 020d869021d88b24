import type { Finding } from '../answer/why.ts'
import type { PaceFacts, WhyFacts } from './facts.ts'
import { apartRatio, ranksNamed, slowCost } from './limits.ts'
import { pacesFinding } from './own-pace.ts'
import { areWaitedFor, costOf, laggards } from './pace.ts'
import type { Cost, Laggard } from './pace.ts'
import { areAlike, codeOf, groupsOf, hostsOf, ratioOf, subjectOf } from './slow-group.ts'
import type { Group } from './slow-group.ts'
import { percent, seconds, timesWords } from './words.ts'

/**
 * Who makes the others wait: the slowest first. Where most of a machine's ranks are slow it is the machine. None is named
 * that costs less than a fiftieth of the time, and of ranks that nobody waits for only that they are slower.
 */
export function slowFindings(facts: WhyFacts): Finding[] {
  const { pace } = facts
  if (pace === undefined) return []
  const found = slowBy(pace, facts, 'data')
  const { between } = pace
  // Where others wait inside of their steps, it may be between its own that one is slow.
  return found.length > 0 || between === undefined
    ? found
    : slowBy(withBetween(pace, between), facts, 'between')
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
  const all = groupsOf(laggards(pace, hostsOf(facts)), ranks)
  const isWaitedFor = ({ members }: Group): boolean => areWaitedFor(pace, rowsOf(members))
  const groups = all.filter(isWaitedFor)
  const seen = { facts, pace, waits }
  const found = costly(seen, groups)
  const alone = all.filter((one) => !groups.includes(one)).flatMap(({ members }) => members)
  const slower = alone.filter(({ ratio }) => ratio >= apartRatio)
  return slower.length === 0 ? found : [...found, pacesFinding(facts, pace, slower)]
}

/**
 * Those that cost something, the slowest first. Ranks that are about as slow as each other cost nothing each alone, for
 * without one the step would still wait for the next: they are named together, with what it costs that they all are.
 */
function costly(seen: Seen, groups: readonly Group[]): Finding[] {
  const { pace } = seen
  const known = new Set<number>()
  const found: Finding[] = []
  let [gone, together]: [number, Group[]] = [0, []]
  for (const [at, group] of groups.entries()) {
    together.push(group)
    const next = groups[at + 1]
    if (next !== undefined && areAlike(group, next)) continue
    const members = together.flatMap((one) => one.members)
    const rows = rowsOf(members)
    const since = Math.min(...members.map((one) => one.since))
    const cost = costOf(pace, rows, known, since)
    if (cost.share < slowCost) continue
    found.push(findingOf(seen, together, { ...cost, gone }, since))
    gone += cost.perStep
    for (const row of rows) known.add(row)
    together = []
  }
  return found
}

function rowsOf(members: readonly Laggard[]): Set<number> {
  return new Set(members.map(({ row }) => row))
}

interface Seen {
  readonly facts: WhyFacts
  readonly pace: PaceFacts
  /** What `data` of the pace is. */
  readonly waits: Waits
}

/** What it costs, once those that are named before are no slower than the others. */
interface CostAfter extends Cost {
  /** What these cost a step. */
  readonly gone: number
}

function findingOf(
  { facts, pace, waits }: Seen,
  groups: readonly Group[],
  cost: CostAfter,
  since: number,
): Finding {
  const members = groups.flatMap((one) => one.members)
  const named = groups.flatMap((one) => one.named).sort((a, b) => a - b)
  const [group] = groups
  const isOne = groups.length === 1
  const host = groups.every((one) => one.host === group?.host) ? (group?.host ?? '') : ''
  const ratio = ratioOf(members)
  const [slowest] = members
  const times = Math.min(...members.map((one) => one.times))
  const of = slowest?.of ?? 0
  const step = pace.steps[since] ?? 0
  const isWaiting = members.reduce((sum, one) => sum + one.dataShare, 0) / members.length >= 0.5
  const now = cost.stepSeconds - cost.gone
  const without = now - cost.perStep
  // A metric that says of a step more than passes from one to the next is in other units, or of other steps.
  const isPart = without > 0
  const [sets, takes] = facts.status === 'running' ? ['sets', 'takes'] : ['set', 'took']
  // Of a machine or a device it is said as of one.
  const [verb, it] = isOne ? [sets, 'it'] : ['set', 'them']
  const costs =
    cost.gone === 0
      ? `; a step ${takes} ${seconds(now)}, without ${it} ${seconds(without)} (${percent(cost.perStep / now)})`
      : `; without the slower ones a step ${takes} ${seconds(now)}, without ${it} too ${seconds(without)}`
  const text = `${subjectOf(groups)} ${verb} the pace: ${timesWords(ratio)} the median of the others, slow in ${times} of the last ${of} steps, ${sinceWords(pace, since, step)}${isWaiting ? waitsWords[waits] : ''}${isPart ? costs : ''}`
  return {
    code: codeOf(groups),
    level: 'warning',
    text,
    ranks: named.slice(0, ranksNamed),
    ...(named.length > ranksNamed ? { ranksMore: named.length - ranksNamed } : {}),
    ...(host === '' ? {} : { host }),
    ...(isOne && group?.device !== undefined && group.of !== 'host' ? { device: group.device } : {}),
    since: { step, ...timeOf(facts, pace, slowest, since) },
    evidence: {
      metric: pace.metric,
      ratio: Number(ratio.toFixed(3)),
      times,
      of,
      ...(isPart
        ? {
            costSeconds: Number(cost.seconds.toPrecision(3)),
            stepSeconds: Number(now.toPrecision(3)),
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

function sinceWords({ widths }: PaceFacts, since: number, step: number): string {
  const before = widths?.subarray(0, since).reduce((sum, one) => sum + one, 0) ?? since
  return before <= 5 ? 'from the start' : `since step ${step}`
}
