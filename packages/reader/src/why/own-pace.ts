import type { Finding } from '../answer/why.ts'
import type { PaceFacts, WhyFacts } from './facts.ts'
import { ranksNamed } from './limits.ts'
import { meansOf } from './pace.ts'
import type { Laggard } from './pace.ts'
import { rankWords, seconds, timesWords } from './words.ts'

/** Of ranks that nobody waits for: they are slower, and what it would gain is not to be said. */
export function pacesFinding({ status }: WhyFacts, pace: PaceFacts, slower: readonly Laggard[]): Finding {
  const ranks = slower.map(({ rank }) => rank).sort((a, b) => a - b)
  const means = meansOf(pace, pace.interval)
  const [slowest] = [...slower].sort((a, b) => means[b.row]! - means[a.row]!)
  const row = slowest?.row ?? 0
  const quickest = [...means.keys()].reduce((best, one) => (means[one]! < means[best]! ? one : best), row)
  const [are, wait, takes] =
    status === 'running'
      ? [ranks.length === 1 ? 'is' : 'are', 'do', 'takes']
      : [ranks.length === 1 ? 'was' : 'were', 'did', 'took']
  const ratio = means[row]! / means[quickest]!
  const [it, subject] = ranks.length === 1 ? ['it', 'it'] : ['them', rankWords([pace.ranks[row]!])]
  return {
    code: 'PACES_DIFFER',
    level: 'note',
    text: `${rankWords(ranks)} ${are} slower than the others, which ${wait} not wait for ${it}: ${subject} ${takes} ${seconds(means[row]!)} a step, ${timesWords(ratio)} as long as ${rankWords([pace.ranks[quickest]!])} (${seconds(means[quickest]!)})`,
    ranks: ranks.slice(0, ranksNamed),
    ...(ranks.length > ranksNamed ? { ranksMore: ranks.length - ranksNamed } : {}),
    evidence: {
      metric: pace.metric,
      ratio: Number(ratio.toFixed(3)),
      facts: { by: pace.kind },
    },
    link: { page: 'ranks', metric: pace.metric, rank: pace.ranks[row]! },
  }
}
