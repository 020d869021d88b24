import type { Closed } from '@provloom/rundir/entry'
import { limits } from '@provloom/shared'
import type { Conversations } from '../admission/conversations.ts'
import type { Opener } from '../admission/opener.ts'
import type { Registry } from '../admission/registry.ts'
import { settledOf } from '../admission/settling.ts'
import type { Settling } from '../admission/settling.ts'
import type { Folding } from '../metrics/curve/folding.ts'
import type { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { Trouble } from '../run/trouble.ts'
import { nextTurn } from '../slices.ts'
import { outlookOf } from './outlook.ts'
import type { Done, Missing } from './outlook.ts'
import type { Sights } from './sights.ts'
import type { Telling } from './telling.ts'

const retryMs = 2_000

export interface ClosingRooms {
  readonly around: Surroundings
  readonly registry: Registry
  readonly opener: Opener
  readonly conversations: Conversations
  readonly settling: Settling
  readonly sights: Sights
  readonly telling: Telling
  readonly folding: Folding
  /** Runs are ended by `close` alone. */
  readonly holdOpen: boolean
  readonly onClosed: () => void
}

/** How far a run has come on the way to its end. */
interface Course {
  /** That it cannot be ended, or closed. */
  readonly trouble: Trouble
  notBeforeMs: number
  endedMs: number
  /** It is looked at when nothing is on its way into its journal any more. */
  looksAtRest: boolean
}

/**
 * Ends runs, when all their ranks have ended or the aggregator is told to stop; and closes them a little later, when
 * nobody is left who would add to them.
 */
export class Closing {
  readonly #rooms: ClosingRooms
  readonly #running = new Map<OpenRun, Promise<void>>()
  readonly #courses = new WeakMap<OpenRun, Course>()

  constructor(rooms: ClosingRooms) {
    this.#rooms = rooms
  }

  /** It could not be ended or closed at the last try. */
  isStuck(run: OpenRun): boolean {
    return this.#courseOf(run).trouble.why('finish') !== undefined
  }

  /** Ends the run if everybody in it has ended, and closes it if nobody is left to add to it. */
  look(run: OpenRun): void {
    const { around, sights, registry, holdOpen } = this.#rooms
    if (holdOpen || registry.get(run.facts.runId) !== run) return
    if (this.#running.has(run) || this.#courseOf(run).notBeforeMs > around.clock.monotonicMs()) return
    if (run.isRecording) return this.#lookAtRest(run)
    if (run.isOver) {
      if (this.#isQuiet(run)) void this.#guarded(run, () => this.#close(run, mayReopen(run)))
      return
    }
    if (run.roster.closed) {
      void this.#guarded(run, () => this.#end(run, 'ranks-ended', run.roster))
      return
    }
    const outlook = outlookOf(run.roster, sights.of(run))
    if (outlook.kind === 'done')
      void this.#guarded(run, () => this.#end(run, 'ranks-ended', outlook, outlook.silent))
  }

  /** Resolves when the run is ended and closed, or could not be now: it is then still open. */
  async close(run: OpenRun, cause: Closed['cause']): Promise<void> {
    const { registry, sights } = this.#rooms
    await this.#running.get(run)
    if (!registry.open.includes(run)) return
    if (!run.isOver) await this.#guarded(run, () => this.#end(run, cause, sights.missingNow(run)))
    // What came too late for a stop, or is handed in later, completes it.
    const reopenable = cause === 'stopped' || mayReopen(run)
    if (run.isOver) await this.#guarded(run, () => this.#close(run, reopenable))
  }

  /** Resolves when what is being ended or closed now is so, and told. */
  async underway(): Promise<void> {
    await Promise.all(this.#running.values())
  }

  /** Somebody may be about to come: what is on its way into the journal decides first. */
  #lookAtRest(run: OpenRun): void {
    const course = this.#courseOf(run)
    if (course.looksAtRest) return
    course.looksAtRest = true
    void run
      .settled()
      // Who waited for an entry may write the next one.
      .then(nextTurn)
      .then(() => {
        course.looksAtRest = false
        this.look(run)
      })
  }

  #guarded(run: OpenRun, work: () => Promise<void>): Promise<void> {
    const { around, settling } = this.#rooms
    const course = this.#courseOf(run)
    const running = work()
      .catch((error: unknown) => {
        course.notBeforeMs = around.clock.monotonicMs() + retryMs
        course.trouble.began('finish', error)
        settling.failed(run, course.trouble.why('finish'))
      })
      .finally(() => this.#running.delete(run))
    this.#running.set(run, running)
    return running
  }

  #written(run: OpenRun): Course {
    const course = this.#courseOf(run)
    course.trouble.ended('finish', 'The run is written')
    return course
  }

  #courseOf(run: OpenRun): Course {
    const known = this.#courses.get(run)
    if (known !== undefined) return known
    const trouble = new Trouble(this.#rooms.around.tell, run.facts.runId)
    const made = { trouble, notBeforeMs: 0, endedMs: 0, looksAtRest: false }
    this.#courses.set(run, made)
    return made
  }

  /** Who has not ended and is not waited for. */
  async #lose(run: OpenRun, silent: Done['silent']): Promise<void> {
    const { around } = this.#rooms
    const time = around.clock.nowUs()
    for (const { rank, attempt } of silent) {
      await run.record({ kind: 'lost', time, rank, attempt })
      around.tell({ kind: 'rank-lost', runId: run.facts.runId, rank, attempt })
    }
  }

  async #end(
    run: OpenRun,
    cause: Closed['cause'],
    missing: Missing,
    silent: Done['silent'] = [],
  ): Promise<void> {
    const { around, settling } = this.#rooms
    await run.end(cause, async () => {
      await this.#lose(run, silent)
      await this.#sayLast(run, missing)
    })
    this.#written(run).endedMs = around.clock.monotonicMs()
    const { runId, runDir } = run.facts
    around.tell({ kind: 'run-ended', runId, runDir, summary: run.summary, files: run.files })
    settling.over(run)
  }

  /** What is known of it now that it ends. */
  async #sayLast(run: OpenRun, { absent, elsewhere }: Missing): Promise<void> {
    const { around, telling } = this.#rooms
    const { roster } = run
    if (!isSame(absent, roster.absent) || !isSame(elsewhere, roster.elsewhere))
      await run.record({ kind: 'absent', time: around.clock.nowUs(), ranks: absent, elsewhere })
    // Nothing is waited for where there is nothing to be told: what is flushed next is to hold the end.
    if (!roster.closed) await telling.remarks(run)
    await telling.apart(run, (one) => this.#running.has(one), false)
  }

  async #close(run: OpenRun, reopenable: boolean): Promise<void> {
    const { around, conversations, registry, telling, folding, onClosed } = this.#rooms
    await run.close(reopenable, () => telling.apart(run, (one) => this.#running.has(one), true))
    this.#written(run)
    conversations.endRun(run, (session) => settledOf(run, session))
    await registry.finished(run, reopenable)
    const { runId, runDir } = run.facts
    around.tell({ kind: 'run-finished', runId, runDir, summary: run.summary, files: run.files })
    await folding.fold(runDir)
    onClosed()
  }

  /** Nobody of its job is here any more or is to be expected, it ended long enough ago, or others wait for its room. */
  #isQuiet(run: OpenRun): boolean {
    const { around, sights, opener } = this.#rooms
    if (opener.isFull) return true
    const agoMs = around.clock.monotonicMs() - this.#courseOf(run).endedMs
    return agoMs >= limits.amendMs || sights.isDeserted(run) || !sights.mayGrow(run)
  }
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((one, i) => one === others[i])
}

/** A launcher may start its ranks again, one of them did not complete, or one of the known world never came. */
function mayReopen({ roster, facts }: OpenRun): boolean {
  const { worldSize = 0 } = roster
  if (facts.settings.collectAllProcesses && roster.rankCount < worldSize) return true
  for (const state of roster.latest())
    if (state.restarts !== undefined || roster.statusOf(state) !== 'completed') return true
  return false
}
