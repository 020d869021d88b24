import { isUnseen, reasonIn, signalOf, stopOrder } from '@provloom/graph/stop'
import type { FellSilent, StopCause, Stopped } from '@provloom/graph/stop'
import type { RankFacts, WhyFacts } from './facts.ts'

/** How the ranks of a run that did not end well came to their end. */
export interface Ends {
  readonly order: readonly StoppedRank[]
  /** Of them, from the first on, those of which any may have been first. */
  readonly tied: number
  /** What the first one stopped of. */
  readonly cause: StopCause | undefined
  /** Where ranks lost another one and nobody says why. */
  readonly silent: FellSilent | undefined
}

export interface StoppedRank extends Stopped {
  readonly rank: RankFacts
}

export function endsOf({ ranks }: WhyFacts): Ends {
  const { stopped, tied, cause, silent } = stopOrder(ranks)
  const byRank = new Map(ranks.map((rank) => [rank.rank, rank]))
  const order = stopped.flatMap((one) => {
    const rank = byRank.get(one.stop.rank)
    return rank === undefined ? [] : [{ ...one, rank }]
  })
  return { order, tied, cause, silent }
}

/** Ascending. */
export function ranksIn(those: readonly StoppedRank[]): number[] {
  return those.map(({ rank }) => rank.rank).sort((a, b) => a - b)
}

/** They came to the same end, as far as anybody saw it, and neither said why. */
export function isSame(first: StoppedRank, one: StoppedRank): boolean {
  if (one.stop.error !== undefined || first.stop.error !== undefined) return false
  if (isUnseen(one)) return isUnseen(first) || first.kind === 'killed'
  return first.kind === 'killed' && one.kind === 'killed' && signalOf(one.stop) === signalOf(first.stop)
}

/** They ended of the same, each by itself: a file that is not there, a setting that is wrong. Numbers in it may be each one's. */
export function isAlike(first: StoppedRank | undefined, other: StoppedRank): boolean {
  const said = (one: StoppedRank | undefined): string =>
    one?.stop.error === undefined ? '' : reasonIn(one.stop.error).replaceAll(/\d+/g, '#')
  return first?.kind === other.kind && said(other) !== '' && said(first) === said(other)
}
