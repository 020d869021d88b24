import type { RankState } from '@provloom/graph'
import type { RunFacts } from '@provloom/rundir'
import type { OpenRun } from './open-run.ts'
import { isOfOneName, spanOf } from './remarks.ts'
import type { RunRemark } from './remarks.ts'

type Rank = RankState['rank']

/** Two ranks of a run, of which one had ended before the other began. */
interface Apart {
  readonly early: Rank
  readonly late: Rank
}

/** Runs that are remembered after they were closed; of more, the first is forgotten. */
const rememberedMax = 256

/**
 * Ranks that met one turn off (design: decision 4): two of a run whose times do not overlap, one of which has another
 * session of this name. That one may begin only when the run has ended. While it is not closed it is still told in the
 * run itself; of a closed one, which is not opened for that, it is told in the run of the other session.
 */
export class RanksApart {
  readonly #told = new WeakSet<OpenRun>()
  readonly #closed: { readonly facts: RunFacts; readonly apart: Apart }[] = []

  /** Of one that ends or is about to be closed, what it is to be told. @param others runs of the same aggregator */
  of(run: OpenRun, others: readonly OpenRun[]): RunRemark[] {
    const apart = this.#told.has(run) ? undefined : apartIn(run)
    const siblings = others.filter((one) => one !== run && isOfOneName(one, run))
    if (apart === undefined || !siblings.some((one) => hasOne(one, apart))) return []
    this.#told.add(run)
    return [{ code, message: inWords(apart, 'here') }]
  }

  /** Of one that ends, what is to be told in it of those that were closed before. */
  before(run: OpenRun): RunRemark[] {
    const found = this.#closed.filter((one) => isOfOneName(one, run) && hasOne(run, one.apart))
    for (const one of found) this.#closed.splice(this.#closed.indexOf(one), 1)
    return found.map(({ apart, facts }) => ({ code, message: inWords(apart, `in ${facts.runDir}`) }))
  }

  closed(run: OpenRun): void {
    const apart = this.#told.has(run) ? undefined : apartIn(run)
    if (apart === undefined) return
    this.#closed.push({ facts: run.facts, apart })
    if (this.#closed.length > rememberedMax) this.#closed.shift()
  }
}

const code = 'RANKS_APART'

function apartIn(run: OpenRun): Apart | undefined {
  const ranks = [...run.roster.latest()].flatMap((state) => spanOf(state))
  if (ranks.length < 2) return undefined
  const latestStart = ranks.reduce((a, b) => (b.start > a.start ? b : a))
  const earliestEnd = ranks.reduce((a, b) => (b.end < a.end ? b : a))
  if (latestStart.start <= earliestEnd.end || latestStart.rank === earliestEnd.rank) return undefined
  return { early: earliestEnd.rank, late: latestStart.rank }
}

function hasOne({ roster }: OpenRun, { early, late }: Apart): boolean {
  return roster.lastOf(early) !== undefined || roster.lastOf(late) !== undefined
}

function inWords({ early, late }: Apart, where: string): string {
  return `${where} rank ${early} had ended before rank ${late} began: one of them may have a run more or less than the other. Name runs that belong together: start_run(run_name="fold-3")`
}
