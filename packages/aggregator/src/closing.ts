import type { Closed } from '@provloom/rundir/entry'
import { isHint, limits } from '@provloom/shared'
import type { Presence } from './admission/presence.ts'
import type { Registry } from './admission/registry.ts'
import type { Conversations } from './admission/conversations.ts'
import { settledOf } from './admission/settling.ts'
import type { Settling } from './admission/settling.ts'
import { RanksApart } from './run/apart.ts'
import { Departures } from './run/departures.ts'
import type { OpenRun } from './run/open-run.ts'
import { lostWaitMs, missingOf, outlookOf } from './run/outlook.ts'
import type { Done, JobSight, Missing } from './run/outlook.ts'
import { remarksOn } from './run/remarks.ts'
import type { Surroundings } from './run/surroundings.ts'

const retryMs = 2_000
/** A run that has ended is amended so long: by exits of processes that follow their sessions' ends. */
const amendMs = 10_000
/** Further jobs of one aggregator are not told. */
const hintedMax = 1_024

export interface ClosingRooms {
  readonly around: Surroundings
  readonly registry: Registry
  readonly conversations: Conversations
  readonly presence: Presence
  readonly settling: Settling
  /** Whether somebody is there who will end us. */
  readonly isAttended: () => boolean
  readonly onClosed: () => void
}

/**
 * Ends runs, when all their ranks have ended or the aggregator is told to stop; and closes them a little later, when
 * nobody is left who would add to them.
 */
export class Closing {
  readonly #rooms: ClosingRooms
  readonly #departures: Departures
  readonly #apart: RanksApart
  /** By name of runs whose ranks nobody said: when the last one ended that has the hint. */
  readonly #hinted = new Map<string, number>()
  readonly #running = new Map<OpenRun, Promise<void>>()
  readonly #notBeforeMs = new Map<OpenRun, number>()
  readonly #endedMs = new Map<OpenRun, number>()

  constructor(rooms: ClosingRooms) {
    this.#rooms = rooms
    const { presence } = rooms
    this.#apart = new RanksApart(presence)
    this.#departures = new Departures(rooms.around.clock)
  }

  /** Notes who has left a run, so that it is known how long ago: now and then, for it looks at all ranks. */
  note(run: OpenRun): void {
    this.#departures.look(run.roster)
  }

  /** Ends the run if everybody in it has ended, and closes it if nobody is left to add to it. */
  look(run: OpenRun): void {
    const { clock } = this.#rooms.around
    if (this.#running.has(run) || (this.#notBeforeMs.get(run) ?? 0) > clock.monotonicMs()) return
    // Somebody may be about to come: what is on its way into the journal decides first.
    if (run.isRecording) return
    if (run.isOver) {
      if (this.#isQuiet(run)) this.#once(run, () => this.#close(run, mayReopen(run)))
      return
    }
    if (run.roster.closed) return this.#once(run, () => this.#end(run, 'ranks-ended', run.roster))
    const outlook = outlookOf(run.roster, this.#sightOf(run))
    if (outlook.kind === 'done')
      this.#once(run, async () => {
        await this.#lose(run, outlook)
        await this.#end(run, 'ranks-ended', outlook)
      })
  }

  /** Resolves when the run is ended and closed, or could not be now: it is then still open. */
  async close(run: OpenRun, cause: Closed['cause']): Promise<void> {
    await this.#running.get(run)
    if (!this.#rooms.registry.open.includes(run)) return
    if (!run.isOver) await this.#guarded(run, () => this.#end(run, cause, this.#missingNow(run)))
    // What came too late for a stop, or is handed in later, completes it.
    const reopenable = cause === 'stopped' || mayReopen(run)
    if (run.isOver) await this.#guarded(run, () => this.#close(run, reopenable))
  }

  /** Resolves when what is being ended or closed now is so, and told. */
  async underway(): Promise<void> {
    await Promise.all(this.#running.values())
  }

  #once(run: OpenRun, work: () => Promise<void>): void {
    void this.#guarded(run, work)
  }

  #guarded(run: OpenRun, work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => {
        this.#notBeforeMs.set(run, this.#rooms.around.clock.monotonicMs() + retryMs)
        run.trouble.began('finish', 'FILE_UNWRITABLE', error)
        this.#rooms.settling.failed(run)
      })
      .finally(() => this.#running.delete(run))
    this.#running.set(run, running)
    return running
  }

  /** Who has not ended and is not waited for. */
  async #lose(run: OpenRun, { silent }: Done): Promise<void> {
    const { around } = this.#rooms
    const time = around.clock.nowUs()
    for (const { rank, attempt } of silent) {
      await run.record({ kind: 'lost', time, rank, attempt })
      around.tell({ kind: 'rank-lost', runId: run.facts.runId, rank, attempt })
    }
  }

  async #end(run: OpenRun, cause: Closed['cause'], { absent, elsewhere }: Missing): Promise<void> {
    const { around, registry, settling } = this.#rooms
    const time = around.clock.nowUs()
    const { roster } = run
    if (!isSame(absent, roster.absent) || !isSame(elsewhere, roster.elsewhere))
      await run.record({ kind: 'absent', time, ranks: absent, elsewhere })
    // Nothing is waited for where there is nothing to be told: what is flushed next is to hold the end.
    if (!roster.closed)
      for (const remark of remarksOn(run, registry.open, this.#hinted.get(nameOf(run)))) {
        if (isHint(remark.code)) this.#noteHinted(run, time)
        await run.record({ kind: 'remark', time, ...remark })
      }
    await this.#tellApart(run, false)
    await run.end(cause)
    run.trouble.ended('finish', 'FILE_UNWRITABLE', 'The run is written')
    this.#endedMs.set(run, around.clock.monotonicMs())
    const { runId, runDir } = run.facts
    around.tell({ kind: 'run-ended', runId, runDir, summary: run.summary, files: run.files })
    settling.over(run)
  }

  async #close(run: OpenRun, reopenable: boolean): Promise<void> {
    const { around, conversations, registry, onClosed } = this.#rooms
    await this.#tellApart(run, true)
    await run.close(reopenable)
    run.trouble.ended('finish', 'FILE_UNWRITABLE', 'The run is written')
    conversations.endRun(run, (session) => settledOf(run, session))
    await registry.finished(run, reopenable)
    this.#endedMs.delete(run)
    const { runId, runDir } = run.facts
    around.tell({ kind: 'run-finished', runId, runDir, summary: run.summary, files: run.files })
    onClosed()
  }

  async #tellApart(run: OpenRun, closes: boolean): Promise<void> {
    const { around, registry } = this.#rooms
    // What is just being written takes nothing more in.
    const open = registry.open.filter((one) => one === run || !this.#running.has(one))
    for (const told of this.#apart.look(run, open, closes)) {
      const recorded = told.run.record({ kind: 'remark', time: around.clock.nowUs(), ...told.remark })
      await (told.run === run ? recorded : recorded.catch(() => {}))
    }
  }

  /** Each of them has the hint; the first one's rank tells it for all. */
  #noteHinted(run: OpenRun, time: number): void {
    const name = nameOf(run)
    run.tellsHints = !this.#hinted.has(name)
    if (this.#hinted.size < hintedMax) this.#hinted.set(name, time)
  }

  /** Nobody of its job is here any more or is to be expected, it ended long enough ago, or others wait for its room. */
  #isQuiet(run: OpenRun): boolean {
    const { around, presence, registry } = this.#rooms
    if (registry.isFull) return true
    const agoMs = around.clock.monotonicMs() - (this.#endedMs.get(run) ?? 0)
    if (agoMs >= amendMs || this.#isDeserted(run)) return true
    return !presence.anyOf(...run.jobKeys) && !mayHaveMore(run)
  }

  /** Nobody of its job was heard for so long that nobody will be, unless somebody sees to it. */
  #isDeserted(run: OpenRun): boolean {
    const { around, presence, isAttended } = this.#rooms
    const silentMs = Math.min(...[...run.jobKeys].map((job) => presence.jobSilentMs(job)))
    if (silentMs < limits.lostAfterMs) return false
    return silentMs >= lostWaitMs || (!isAttended() && isOfOneMachine(run, around.host))
  }

  /** Of one that is to end now: nobody else is waited for. Where nobody came it is not known who was to. */
  #missingNow(run: OpenRun): Missing {
    const { roster } = run
    if (roster.closed || roster.rankCount === 0) return roster
    const { registry } = this.#rooms
    const hadSession = (rank: number): boolean => [...run.jobKeys].some((job) => registry.hasHad(job, rank))
    // Who is here and got in nowhere has nothing elsewhere.
    return missingOf(roster, { ...this.#sightOf(run), agentOf: () => undefined, hadSession })
  }

  #sightOf(run: OpenRun): JobSight {
    const { presence, conversations, registry } = this.#rooms
    const jobs = [...run.jobKeys]
    return {
      agoMs: (state) => this.#departures.agoMs(state),
      agentOf: (rank) => jobs.map((job) => presence.agentOf(job, rank)).find((one) => one !== undefined),
      hadSession: (rank) => jobs.some((job) => presence.hadSession(job, rank) || registry.hasHad(job, rank)),
      earlierSpeaks: () => conversations.of(run).some(({ speaks }) => speaks),
      isDeserted: this.#isDeserted(run),
    }
  }
}

/** No launcher of several machines started its ranks, and those that have not ended ran here: no network keeps them away. */
function isOfOneMachine({ roster }: OpenRun, host: string): boolean {
  for (const { start, ended, restarts, host: own } of roster.latest()) {
    if (restarts !== undefined || (start?.launcher ?? ourLauncher) !== ourLauncher) return false
    if (ended === undefined && own !== host) return false
  }
  return true
}

const ourLauncher = 'provloom run'

/** No launcher started its ranks, and nobody told how many they are: one may be starting, whose agent is slow to come. */
function mayHaveMore({ roster }: OpenRun): boolean {
  if (roster.worldSize !== undefined) return false
  for (const { start } of roster.latest())
    if (start !== undefined && start.launcher === undefined) return true
  return false
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((one, i) => one === others[i])
}

function nameOf({ facts }: OpenRun): string {
  return JSON.stringify([facts.jobKey, facts.settings.experimentName, facts.runName])
}

/** A launcher may start its ranks again, one of them did not complete, or one of the known world never came. */
function mayReopen({ roster, facts }: OpenRun): boolean {
  const { worldSize = 0 } = roster
  if (facts.settings.collectAllProcesses && roster.rankCount < worldSize) return true
  for (const state of roster.latest())
    if (state.restarts !== undefined || roster.statusOf(state) !== 'completed') return true
  return false
}
