import type { Finding } from '../answer/why.ts'
import type { NanFacts, WhyFacts } from './facts.ts'
import { ranksNamed } from './limits.ts'
import { rankWords } from './words.ts'

/**
 * Where NaN was seen first: rank, metric, step; and where an infinity was, of which NaN comes. A metric that was never a number,
 * or became one again, tells nothing of a run that went well: loss scaling makes such steps on purpose.
 */
export function nanFindings({ nan, ranks }: WhyFacts): Finding[] {
  const lasting = nan.filter(({ stays, wasNumber }) => stays && wasNumber)
  const kinds = (['NaN', 'infinity'] as const).map((what) => lasting.filter((one) => one.what === what))
  const begun = (of: readonly NanFacts[]): number => Math.min(...of.map(({ timeUs }) => timeUs))
  return kinds.sort((a, b) => begun(a) - begun(b)).flatMap((of) => findingOf(of, ranks.length))
}

const codes = { NaN: 'NAN_FIRST_SEEN', infinity: 'INFINITY_FIRST_SEEN' } as const

function findingOf(lasting: readonly NanFacts[], ranks: number): Finding[] {
  const [first] = [...lasting].sort((a, b) => a.timeUs - b.timeUs || a.rank - b.rank)
  if (first === undefined) return []
  // Clocks of hosts may differ; steps of one metric do not.
  const same = lasting.filter(({ metric }) => metric === first.metric)
  const step = Math.min(...same.map((one) => one.step))
  const those = same.filter((one) => one.step === step).sort((a, b) => a.rank - b.rank)
  const who = those.map(({ rank }) => rank)
  const all = who.length > 1 && who.length === ranks
  const later = new Set(lasting.map(({ rank }) => rank)).size - who.length
  const whom = all ? `all ${who.length} ranks at once` : rankWords(who)
  const then = later > 0 ? `; then on ${later} more` : ''
  return [
    {
      code: codes[first.what],
      level: 'error',
      text: `${first.what} in ${first.words} on ${whom} since step ${step}${then}`,
      ranks: who.slice(0, ranksNamed),
      ...(who.length > ranksNamed ? { ranksMore: who.length - ranksNamed } : {}),
      since: { step, time: isoOf(those) },
      evidence: { metric: first.metric, facts: { ranks: who.length, later } },
      link: { page: 'curves', metric: first.metric, fromStep: Math.max(0, step - 50), toStep: step },
    },
  ]
}

function isoOf(those: readonly NanFacts[]): string {
  return new Date(Math.min(...those.map(({ timeUs }) => timeUs)) / 1000).toISOString()
}
