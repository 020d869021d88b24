import type { RankState } from '@provloom/graph'
import type { RunFacts } from '@provloom/rundir'
import type { Presence } from '../admission/presence.ts'
import type { OpenRun } from '../run/open-run.ts'
import { isOfName, nameOf, textOf } from '../run/run-name.ts'
import type { RunView } from '../run/run-view.ts'
import { spanOf } from './remarks.ts'
import type { RunRemark } from './remarks.ts'

type Rank = RankState['rank']

/** Two ranks of a run, of which one had ended before the other began. */
interface Apart {
  readonly facts: RunFacts
  readonly early: Rank
  readonly late: Rank
}

interface LastSession {
  readonly ordinal: number
  /** It completed, and so did its process as far as that is known. */
  readonly well: boolean
}

/** What is known of the runs of one job, experiment and run name. */
interface OfOneName {
  readonly apart: Apart[]
  /** Of each rank the last of its sessions. */
  readonly last: Map<Rank, LastSession>
}

/** Something that is to be told of a run: in itself, or where it is closed in the run that showed it. */
export interface ApartRemark {
  readonly run: OpenRun
  readonly remark: RunRemark
}

/** Names that are remembered, and runs of each; of more, the first is forgotten. */
const rememberedMax = 256

/**
 * Ranks that disagree about which sessions are one run (design: decision 4): one of them has a session of a name more than
 * another of the known world. That ranks start apart, or that one is quicker, is no sign of it: it shows in the run that one
 * of them had alone, when the other can have no more sessions though its last one ended well. Where two ranks met though
 * the one had ended before the other began, it is told there.
 */
export class RanksApart {
  readonly #told = new Set<string>()
  readonly #names = new Map<string, OfOneName>()
  readonly #presence: Pick<Presence, 'mayComeBack' | 'anyOf'>

  constructor(presence: Pick<Presence, 'mayComeBack' | 'anyOf'>) {
    this.#presence = presence
  }

  /**
   * Of a run that ends, or is about to be closed, what is to be told now.
   *
   * @param open runs of the same aggregator, this one with them
   * @param closes it is about to be closed
   */
  look(run: OpenRun, open: readonly OpenRun[], closes: boolean): ApartRemark[] {
    this.#note(run)
    const ended = open.filter((one) => isOfName(one.facts, nameOf(run.facts)) && (one === run || one.isOver))
    for (const one of ended) this.#note(one)
    // Where nobody told the world's size a run ends at once, and goes on when another rank comes.
    const whole = ended.filter(
      (one) =>
        one.roster.worldSize !== undefined ||
        (closes && one === run) ||
        !this.#presence.anyOf(one.facts.jobKey),
    )
    return whole.flatMap((alone) => this.#shownBy(alone, ended))
  }

  #note(run: RunView): void {
    const { runId } = run.facts
    const { apart, last } = this.#of(run)
    if (!apart.some(({ facts }) => facts.runId === runId)) {
      const found = apartIn(run)
      if (found !== undefined) apart.push(found)
      if (apart.length > rememberedMax) apart.shift()
    }
    for (const state of run.roster.latest()) noteLast(last, state, run)
  }

  #of({ facts }: RunView): OfOneName {
    const name = textOf(nameOf(facts))
    const known = this.#names.get(name) ?? { apart: [], last: new Map<Rank, LastSession>() }
    this.#names.delete(name)
    this.#names.set(name, known)
    if (this.#names.size > rememberedMax) this.#names.delete([...this.#names.keys()][0]!)
    return known
  }

  /** @param ended runs that can be told something */
  #shownBy(alone: OpenRun, ended: readonly OpenRun[]): ApartRemark[] {
    const { runId, jobKey, ordinal } = alone.facts
    if (this.#told.has(runId)) return []
    const { apart, last } = this.#of(alone)
    const lacks = new Set(
      [...last.keys()].filter(
        (rank) => lacksThis(alone, rank, last.get(rank)) && !this.#presence.mayComeBack(jobKey, rank),
      ),
    )
    const has = [...alone.roster.latest()].filter((state) => isWhole(alone, state)).map(({ rank }) => rank)
    if (lacks.size === 0 || has.length === 0) return []
    const met = apart.find(
      ({ early, late }) =>
        (lacks.has(early) && has.includes(late)) || (lacks.has(late) && has.includes(early)),
    )
    const [other] = [...lacks].filter((rank) => rank < (alone.roster.worldSize ?? 0))
    if (met === undefined && other === undefined) return []
    this.#told.add(runId)
    const itself = met && ended.find(({ facts }) => facts.runId === met.facts.runId)
    const what =
      met === undefined
        ? `rank ${has[0]} has this run and rank ${other} has not: it ended well in run ${ordinal - 1} of this name, and is gone`
        : `${itself === undefined ? `in ${met.facts.runDir}` : 'here'} rank ${met.early} had ended before rank ${met.late} began, and one of them has a run more than the other`
    const message = `${what}. Name runs that belong together: start_run(run_name="fold-3")`
    return [{ run: itself ?? alone, remark: { code: 'RANKS_APART', message } }]
  }
}

/** Its session before this run was its last, and ended well. */
function lacksThis({ roster, facts }: RunView, rank: Rank, before: LastSession | undefined): boolean {
  if (roster.lastOf(rank) !== undefined) return false
  return before?.well === true && before.ordinal === facts.ordinal - 1
}

/** What was cut off says nothing of what others were to do. */
function isWhole({ roster }: RunView, state: RankState): boolean {
  const status = roster.statusOf(state)
  return status === 'completed' || status === 'failed'
}

function noteLast(last: Map<Rank, LastSession>, state: RankState, { roster, facts }: RunView): void {
  if ((last.get(state.rank)?.ordinal ?? -1) > facts.ordinal) return
  const { exitCode = 0, signal } = state.exit ?? {}
  // Who called nothing of ours has no sessions that could be fewer than another's.
  const asked = state.session !== undefined
  const well = asked && roster.statusOf(state) === 'completed' && exitCode === 0 && signal === undefined
  last.set(state.rank, { ordinal: facts.ordinal, well })
}

function apartIn({ roster, facts }: RunView): Apart | undefined {
  const ranks = [...roster.latest()].flatMap((state) => spanOf(state))
  if (ranks.length < 2) return undefined
  const latestStart = ranks.reduce((a, b) => (b.start > a.start ? b : a))
  const earliestEnd = ranks.reduce((a, b) => (b.end < a.end ? b : a))
  if (latestStart.start <= earliestEnd.end || latestStart.rank === earliestEnd.rank) return undefined
  return { facts, early: earliestEnd.rank, late: latestStart.rank }
}
