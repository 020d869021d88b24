import { shellWord } from '@provloom/shared'
import type { Finding } from '../answer/why.ts'
import type { WhyFacts } from './facts.ts'
import { stepsMin } from './limits.ts'
import { laggards } from './pace.ts'
import { hostsOf } from './slow-group.ts'
import { rankWords } from './words.ts'

const cure = 'log compute time (provloom.step()) to see who makes the others wait'

/** What cannot be known of who is slow, and what to do about it; empty where it is known. */
export function paceUnknown(facts: WhyFacts, findings: readonly Finding[]): string[] {
  const { pace, ranks } = facts
  if (ranks.length < 2) return []
  if (pace === undefined) return [`who is slow: no metric is logged step by step${likeWords(facts)}`]
  if (pace.ranks.length < 2) return [`who is slow: only ${rankWords(pace.ranks)} logs step by step`]
  if (pace.kind === 'named' || pace.kind === 'compute')
    return pace.steps.length < stepsMin ? [tooFew(pace.steps.length)] : []
  if (findings.some(({ code }) => code === 'PACES_DIFFER')) return []
  if (pace.steps.length < stepsMin) return [tooFew(pace.steps.length)]
  if (pace.kind === 'arrival' && laggards(pace, hostsOf(facts)).length > 0) return []
  const why =
    pace.kind === 'arrival'
      ? 'none logs later than the others, as it is where ranks run in lockstep and log behind that'
      : pace.inStep === true
        ? 'ranks run in lockstep'
        : 'all take about as long from step to step, whether or not they wait for each other'
  return [`who is slow: ${why}; ${cure}${likeWords(facts)}`]
}

function tooFew(steps: number): string {
  return `who is slow: ${steps} ${steps === 1 ? 'step is' : 'steps are'} too few`
}

/** A metric that may tell it, as far as its name says. */
function likeWords({ run, paceLike }: WhyFacts): string {
  if (paceLike === undefined) return ''
  return `, or ask by ${paceLike}, if that is it: provloom why ${shellWord(run)} --pace-metric ${shellWord(paceLike)}`
}
