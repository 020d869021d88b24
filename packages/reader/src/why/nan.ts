import type { Finding } from '../answer/why.ts'
import type { NanFacts, WhyFacts } from './facts.ts'
import { ranksNamed } from './limits.ts'
import { counted, rankWords } from './words.ts'

/**
 * Where NaN or infinity was seen first: rank, metric, step, of all metrics that end so. A metric that was never a number, or
 * became one again, tells nothing of a run that went well: loss scaling makes such steps on purpose. Where it is nothing but
 * the last value of one metric, it is told as that.
 */
export function nanFindings({ nan, ranks }: WhyFacts): Finding[] {
  const first = firstOf(nan)
  if (first === undefined) return []
  const those = nan.filter(({ metric, step }) => metric === first.metric && step === first.step)
  const who = those.map(({ rank }) => rank).sort((a, b) => a - b)
  const later = new Set(nan.map(({ rank }) => rank)).size - who.length
  const isLastOnly = nan.every(({ metric, points }) => metric === first.metric && points === 1)
  return [
    {
      code: codes[first.what],
      level: isLastOnly ? 'note' : 'error',
      text: isLastOnly
        ? lastWords(first, who, nan.length, ranks.length)
        : sinceWords(first, who, nan, ranks.length),
      ranks: who.slice(0, ranksNamed),
      ...(who.length > ranksNamed ? { ranksMore: who.length - ranksNamed } : {}),
      since: { step: first.step, time: isoOf(those) },
      evidence: {
        metric: first.metric,
        facts: { ranks: who.length, later, more: new Set(nan.map(({ metric }) => metric)).size - 1 },
      },
      link: {
        page: 'curves',
        metric: first.metric,
        fromStep: Math.max(0, first.step - 50),
        toStep: first.step,
      },
    },
  ]
}

/**
 * The first of all. On one rank its clock tells; between ranks steps do, where metrics count the same steps: clocks of
 * machines may differ, and ranks that do not wait for each other are in a step at another time.
 */
function firstOf(nan: readonly NanFacts[]): NanFacts | undefined {
  const byRank = new Map<number, NanFacts>()
  for (const one of nan) {
    const known = byRank.get(one.rank)
    if (known === undefined || isBefore(one, known)) byRank.set(one.rank, one)
  }
  const firsts = [...byRank.values()].sort((a, b) => a.timeUs - b.timeUs || a.rank - b.rank)
  const [earliest] = firsts
  if (earliest === undefined) return undefined
  return firsts
    .filter((one) => countsAlike(one, earliest))
    .reduce((least, one) => (one.step < least.step ? one : least), earliest)
}

function isBefore(one: NanFacts, other: NanFacts): boolean {
  return one.timeUs < other.timeUs || (one.timeUs === other.timeUs && one.step < other.step)
}

/** Whether a step of the one is a step of the other: in one context, and about as many of them. */
function countsAlike(one: NanFacts, other: NanFacts): boolean {
  if (one.metric === other.metric) return true
  const few = Math.min(one.lastStep, other.lastStep) + 1
  const many = Math.max(one.lastStep, other.lastStep) + 1
  return one.context === other.context && few * 2 >= many
}

const codes = { NaN: 'NAN_FIRST_SEEN', infinity: 'INFINITY_FIRST_SEEN' } as const

function whomWords(who: readonly number[], all: number): string {
  return who.length > 1 && who.length === all ? `all ${who.length} ranks at once` : rankWords(who)
}

/** `infinity in grad_norm on rank 1 since step 20; then on 2 more, then NaN in loss since step 25` */
function sinceWords(first: NanFacts, who: readonly number[], nan: readonly NanFacts[], all: number): string {
  const same = nan.filter(({ metric }) => metric === first.metric).length - who.length
  const others = nan.filter(({ metric }) => metric !== first.metric)
  const metrics = new Set(others.map(({ metric }) => metric)).size
  const next = firstOf(others)
  const then = [
    ...(same > 0 ? [`then on ${same} more`] : []),
    ...(next === undefined ? [] : [`then ${next.what} in ${next.words} since step ${next.step}`]),
    ...(metrics > 1 ? [`and ${counted(metrics - 1, 'further metric')}`] : []),
  ]
  const more = then.length === 0 ? '' : `; ${then.join(', ')}`
  return `${first.what} in ${first.words} on ${whomWords(who, all)} since step ${first.step}${more}`
}

function lastWords(first: NanFacts, who: readonly number[], count: number, all: number): string {
  const more = count > who.length ? ` and ${count - who.length} more` : ''
  const before =
    first.numbers === 1 ? 'the one before it is a number' : `the ${first.numbers} before it are numbers`
  return `${first.what} in the last value alone of ${first.words}, on ${whomWords(who, all)}${more} (step ${first.step}); ${before}`
}

function isoOf(those: readonly NanFacts[]): string {
  return new Date(those.reduce((least, { timeUs }) => Math.min(least, timeUs), Infinity) / 1000).toISOString()
}
