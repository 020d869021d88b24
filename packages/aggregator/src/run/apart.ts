import type { RankState } from '@provloom/graph'
import type { RunFacts } from '@provloom/rundir'
import type { Presence } from '../admission/presence.ts'
import type { OpenRun } from './open-run.ts'
import { isOfOneName, spanOf } from './remarks.ts'
import type { RunRemark } from './remarks.ts'

type Rank = RankState['rank']

/** Two ranks of a run, of which one had ended before the other began. */
interface Apart {
  readonly facts: RunFacts
  readonly early: Rank
  readonly late: Rank
  /** Of each of them the last of its sessions of this name. */
  readonly last: Map<Rank, LastSession>
}

interface LastSession {
  readonly ordinal: number
  /** It completed, and so did its process as far as that is known. */
  readonly well: boolean
}

/** Something that is to be told of a run: in itself, or where it is closed in the run that showed it. */
export interface ApartRemark {
  readonly run: OpenRun
  readonly remark: RunRemark
}

/** Runs that are remembered; of more, the first is forgotten. */
const rememberedMax = 256

/**
 * Ranks that met one turn off (design: decision 4): two of a run whose times do not overlap, one of which then has a
 * session of this name more than the other. That ranks start apart, or that one is quicker, is no sign of it: it shows in
 * the run that one of them had alone, when the other can have no more sessions though its last one ended well.
 */
export class RanksApart {
  readonly #told = new Set<string>()
  readonly #found: Apart[] = []
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
    const ended = open.filter((one) => isOfOneName(one, run) && (one === run || one.isOver))
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

  #note(run: OpenRun): void {
    const { runId } = run.facts
    if (!this.#found.some(({ facts }) => facts.runId === runId)) {
      const apart = apartIn(run)
      if (apart !== undefined) this.#found.push(apart)
      if (this.#found.length > rememberedMax) this.#found.shift()
    }
    for (const { facts, early, late, last } of this.#found) {
      if (!isOfOneName({ facts }, run)) continue
      for (const rank of [early, late]) noteLast(last, rank, run)
    }
  }

  /** @param ended runs that can be told something */
  #shownBy(alone: OpenRun, ended: readonly OpenRun[]): ApartRemark[] {
    const { runId, jobKey } = alone.facts
    if (this.#told.has(runId)) return []
    const apart = this.#found.find(
      (one) =>
        isOfOneName(one, alone) &&
        [
          [one.early, one.late],
          [one.late, one.early],
        ].some(
          ([has, lacks]) =>
            hasOneMore(alone, one, has!, lacks!) && !this.#presence.mayComeBack(jobKey, lacks!),
        ),
    )
    if (apart === undefined) return []
    this.#told.add(runId)
    const itself = ended.find(({ facts }) => facts.runId === apart.facts.runId)
    const where = itself === undefined ? `in ${apart.facts.runDir}` : 'here'
    const message = `${where} rank ${apart.early} had ended before rank ${apart.late} began, and one of them has a run more than the other. Name runs that belong together: start_run(run_name="fold-3")`
    return [{ run: itself ?? alone, remark: { code: 'RANKS_APART', message } }]
  }
}

/** One has a session in this run; the last one of the other was that before, and ended well. */
function hasOneMore(alone: OpenRun, { last }: Apart, has: Rank, lacks: Rank): boolean {
  const { roster, facts } = alone
  const one = roster.lastOf(has)
  if (one === undefined || roster.lastOf(lacks) !== undefined) return false
  const status = roster.statusOf(one)
  const before = last.get(lacks)
  const cutOff = status !== 'completed' && status !== 'failed'
  return !cutOff && before?.well === true && before.ordinal === facts.ordinal - 1
}

function noteLast(last: Map<Rank, LastSession>, rank: Rank, { roster, facts }: OpenRun): void {
  const state = roster.lastOf(rank)
  if (state === undefined || (last.get(rank)?.ordinal ?? -1) > facts.ordinal) return
  const { exitCode = 0, signal } = state.exit ?? {}
  const well = roster.statusOf(state) === 'completed' && exitCode === 0 && signal === undefined
  last.set(rank, { ordinal: facts.ordinal, well })
}

function apartIn({ roster, facts }: OpenRun): Apart | undefined {
  const ranks = [...roster.latest()].flatMap((state) => spanOf(state))
  if (ranks.length < 2) return undefined
  const latestStart = ranks.reduce((a, b) => (b.start > a.start ? b : a))
  const earliestEnd = ranks.reduce((a, b) => (b.end < a.end ? b : a))
  if (latestStart.start <= earliestEnd.end || latestStart.rank === earliestEnd.rank) return undefined
  return { facts, early: earliestEnd.rank, late: latestStart.rank, last: new Map() }
}
