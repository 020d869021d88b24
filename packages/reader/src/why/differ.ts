import type { Finding } from '../answer/why.ts'
import type { Differing, WhyFacts } from './facts.ts'
import { alikeShare, ranksNamed } from './limits.ts'
import { joined, rankWords } from './words.ts'

/**
 * What a few ranks have otherwise than the rest. Where each has its own (a seed, a shard), half of them another, or rank 0
 * alone (who writes the logs), it is as it was meant; but packages, interpreter and code are meant to be the same.
 */
export function differFindings({ differing }: WhyFacts): Finding[] {
  return differing.filter(isAmiss).map(findingOf)
}

function isAmiss({ what, variants }: Differing): boolean {
  const [most, ...others] = variants
  if (most === undefined || others.length === 0) return false
  if (what === 'packages' || what === 'interpreter' || what === 'code') return true
  const exceptions = others.flatMap(({ ranks }) => ranks)
  const all = most.ranks.length + exceptions.length
  if (most.ranks.length < alikeShare * all || most.ranks.length < 2) return false
  return exceptions.some((rank) => rank !== 0)
}

const meanings: Readonly<Record<Differing['what'], string>> = {
  packages: 'other packages',
  interpreter: 'another interpreter',
  environment: 'another environment',
  code: 'other code',
  seed: 'another seed',
  data: 'other data',
}

function findingOf({ what, name, variants }: Differing): Finding {
  const [most, ...others] = variants
  const ranks = others.flatMap((one) => one.ranks).sort((a, b) => a - b)
  const said = others
    .slice(0, 3)
    .map((one) => `${others.length === 1 ? '' : `${rankWords(one.ranks)}: `}${one.value}`)
  const have = ranks.length === 1 ? 'has' : 'have'
  const of = name === undefined || name === what ? '' : ` (${name})`
  return {
    code: 'RANKS_DIFFER',
    level: 'warning',
    text: `${rankWords(ranks)} ${have} ${meanings[what]}${of} than the other ${most?.ranks.length ?? 0}: ${joined(said)}${what === 'packages' ? '; those have' : ', not'} ${most?.value ?? ''}`,
    ranks: ranks.slice(0, ranksNamed),
    ...(ranks.length > ranksNamed ? { ranksMore: ranks.length - ranksNamed } : {}),
    evidence: { facts: { what, ...(name === undefined ? {} : { name }), variants: variants.length } },
    link: { page: 'environment' },
  }
}
