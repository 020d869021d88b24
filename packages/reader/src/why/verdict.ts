import type { Finding } from '../answer/why.ts'
import type { WhyFacts } from './facts.ts'
import { isAlike } from './ends.ts'
import type { Ends } from './ends.ts'
import { inWords, rankWords } from './words.ts'

/** In a sentence: how the run stands or ended, and what of it is why. */
export function verdictOf(facts: WhyFacts, ends: Ends, findings: readonly Finding[]): string {
  const { run, status } = facts
  const [gravest] = findings
  const stands = status === 'running' ? 'is running' : status === 'completed' ? 'completed' : standing(status)
  if (gravest === undefined) return `${run} ${stands}; nothing stands out.`
  const [more] = [findings.length - 1]
  const also =
    more > 0
      ? ` ${inWords(more).replace(/^./, (one) => one.toUpperCase())} more ${more === 1 ? 'thing stands' : 'things stand'} out.`
      : ''
  return `${run} ${stands}: ${gravest.text}${consequence(facts, ends, gravest)}.${also}`
}

function standing(status: string): string {
  if (status === 'failed') return 'failed'
  if (status === 'incomplete') return 'is incomplete'
  if (status === 'unseen') return 'ended unseen'
  return `was ${status}`
}

/** What became of the others: they are not to be accused. */
function consequence({ ranks }: WhyFacts, { order, tied, cause }: Ends, { code }: Finding): string {
  if (cause === undefined || cause === 'peers' || cause === 'left' || code === 'RANKS_ABSENT') return ''
  const others = order.slice(Math.max(1, tied)).filter(({ kind }) => cause !== 'lost' || kind !== 'lost')
  if (others.length === 0) return ''
  const peers = others.filter(({ kind }) => kind === 'peer' || kind === 'asked')
  const isRest = others.length + 1 === ranks.length && others.length > 1
  const who = isRest ? `the other ${inWords(others.length)}` : rankWords(others.map(({ rank }) => rank.rank))
  if (others.every((one) => isAlike(order[0], one))) return `, and so did ${who}`
  const [was, it] = tied > 1 ? ['they were', 'them'] : ['it was', 'it']
  return peers.length === others.length ? `, ${who} ended because ${was} gone` : `; ${who} ended after ${it}`
}
