import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { finishedMax, noRuns, readRunsFile, readStoredRun } from '@provloom/rundir'
import type { RunsFile, RunFacts } from '@provloom/rundir'
import { limits, mintRunId, reasonOf } from '@provloom/shared'
import type { Hello, RunId } from '@provloom/shared'
import type { Settings } from '../config.ts'
import type { ControlFolder } from '../control/folder.ts'
import { descriptorLimit, ranksMax } from '../inbox/descriptors.ts'
import { noOpenRun } from '../run/claim.ts'
import type { OpenRun } from '../run/open-run.ts'
import { beginRun, placeRun, resumeRun } from '../run/open.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { Trouble } from '../run/trouble.ts'
import { settle } from './wishes.ts'

export type RunLook =
  | { readonly kind: 'run'; readonly run: OpenRun }
  | { readonly kind: 'ended' }
  /** No job is named, and several runs are open. */
  | { readonly kind: 'unclear' }
  /** There is no run of its job, and a rank that is not collected opens none. */
  | { readonly kind: 'not-collected' }
  /** As many runs are open as may be. */
  | { readonly kind: 'full'; readonly runs: number }
  /** It could not be opened now; the problem has been told. */
  | { readonly kind: 'later' }

const retryOpeningMs = 1_000

/** What the ranks of one run have in common before it is there. */
export function jobOf(hello: Hello): string {
  return hello.runId ?? `job ${hello.jobKey}`
}

/** The runs of an aggregator: which are open, which have ended; runs.json says the same to a successor. */
export class Registry {
  readonly #around: Surroundings
  readonly #settings: Settings
  readonly #control: ControlFolder
  readonly #trouble: Trouble
  readonly #open = new Map<RunId, OpenRun>()
  readonly #opening = new Map<string, Promise<RunLook>>()
  /** Those that could not be resumed: kept in runs.json for the next try. */
  #setAside: RunFacts[] = []
  #finished: RunId[] = []
  #notBeforeMs = 0
  /** A run holds a file open: ranks must find descriptors left, however many jobs are named. */
  readonly #openMax: number = Math.min(limits.openRunsMax, Math.ceil(ranksMax(descriptorLimit()) / 4))
  #writing: Promise<void> = Promise.resolve()

  constructor(around: Surroundings, settings: Settings, control: ControlFolder) {
    this.#around = around
    this.#settings = settings
    this.#control = control
    this.#trouble = new Trouble(around.tell, undefined)
  }

  get open(): readonly OpenRun[] {
    return [...this.#open.values()]
  }

  get finishedCount(): number {
    return this.#finished.length
  }

  /**
   * Goes on with what an earlier aggregator left open, and with the runs that we were told to.
   *
   * @throws {ProvloomError} `FILE_UNREADABLE`, `LOG_UNREADABLE` for one of the latter
   */
  async resume(): Promise<void> {
    const before = readRunsFile(this.#control.runs)
    if (before === undefined) {
      this.#trouble.began(
        'runs',
        'BAD_RECORD',
        new Error(`${this.#control.runs} cannot be understood; starting afresh`),
      )
    }
    const { open, finished } = before ?? noRuns
    this.#finished = [...finished]
    const named = this.#settings.resume.map((runDir) => readStoredRun(runDir).facts)
    for (const facts of open) {
      if (!named.some(({ runId }) => runId === facts.runId)) await this.#resumeOne(facts)
    }
    for (const facts of named) await this.#goOn(facts)
    await this.#write()
  }

  /** The run that a rank belongs to; opened when it is the first of its job. */
  async runFor(hello: Hello): Promise<RunLook> {
    const known = this.#find(hello)
    if (known !== undefined) return known
    const name = jobOf(hello)
    const underWay = this.#opening.get(name)
    if (underWay !== undefined) return underWay
    if (hello.rank !== 0 && !settle(this.#settings.asked, hello.asked).collectAllProcesses) {
      return { kind: 'not-collected' }
    }
    const runs = this.#open.size + this.#opening.size
    if (runs >= this.#openMax) return { kind: 'full', runs }
    const opening = this.#begin(hello).finally(() => this.#opening.delete(name))
    this.#opening.set(name, opening)
    return opening
  }

  /** A run has ended: it is no longer open. */
  async finished(run: OpenRun): Promise<void> {
    this.#open.delete(run.facts.runId)
    this.#finished = [...this.#finished, run.facts.runId].slice(-finishedMax)
    await this.#write()
  }

  #find(hello: Hello): RunLook | undefined {
    const { runId, jobKey } = hello
    if (runId !== undefined) {
      const run = this.#open.get(runId)
      if (run !== undefined) return { kind: 'run', run }
      return this.#finished.includes(runId) ? { kind: 'ended' } : undefined
    }
    const open = this.open
    if (jobKey === '') {
      if (open.length > 1) return { kind: 'unclear' }
      return open[0] && { kind: 'run', run: open[0] }
    }
    const run = open.find((one) => one.facts.jobKey === jobKey)
    return run && { kind: 'run', run }
  }

  async #begin(hello: Hello): Promise<RunLook> {
    const { clock } = this.#around
    if (clock.monotonicMs() < this.#notBeforeMs) return { kind: 'later' }
    const { asked } = this.#settings
    const wished = asked.provenanceSaveDir === undefined ? hello.asked.provenanceSaveDir : undefined
    let facts: RunFacts | undefined
    try {
      facts = placeRun({
        runId: hello.runId ?? mintRunId(Math.floor(clock.nowUs() / 1000), randomBytes(10)),
        jobKey: hello.jobKey,
        settings: settle(asked, hello.asked),
        saveDir: wished === undefined ? this.#settings.saveDir : path.resolve(wished),
      })
      await this.#write(facts)
      const run = await beginRun(this.#around, facts)
      this.#open.set(facts.runId, run)
      this.#trouble.ended('open', 'SAVE_DIR_UNWRITABLE', 'Runs can be opened again')
      this.#tellOpened(run, false)
      return { kind: 'run', run }
    } catch (error) {
      this.#notBeforeMs = clock.monotonicMs() + retryOpeningMs
      this.#trouble.began('open', 'SAVE_DIR_UNWRITABLE', error)
      // Nothing of this run was promised to anybody yet.
      if (facts !== undefined) fs.rmSync(facts.runDir, { recursive: true, force: true })
      return { kind: 'later' }
    }
  }

  async #resumeOne(facts: RunFacts): Promise<void> {
    try {
      const run = await resumeRun(this.#around, facts)
      if (run === 'finished') {
        this.#finished.push(facts.runId)
        return
      }
      if (run === 'never-begun') {
        fs.rmSync(facts.runDir, { recursive: true, force: true })
        return
      }
      this.#open.set(facts.runId, run)
      this.#tellOpened(run, true)
    } catch (error) {
      this.#setAside.push(facts)
      this.#trouble.began(
        `resume ${facts.runId}`,
        'LOG_UNREADABLE',
        new Error(`${facts.runDir}: ${reasonOf(error)}`),
      )
    }
  }

  /** A run that somebody named: nothing of it is removed, and what is wrong with it is for them to know. */
  async #goOn(facts: RunFacts): Promise<void> {
    const run = await resumeRun(this.#around, facts)
    if (typeof run === 'string') throw noOpenRun(facts.runDir)
    this.#open.set(facts.runId, run)
    this.#tellOpened(run, true)
  }

  #tellOpened(run: OpenRun, resumed: boolean): void {
    const { runId, runDir, jobKey, settings } = run.facts
    this.#around.tell({ kind: 'run-opened', runId, runDir, jobKey, settings, resumed })
  }

  /** One writer at a time, each with what is true when its turn comes. */
  #write(beginning?: RunFacts): Promise<void> {
    const write = async (): Promise<void> => {
      const open = [...this.#setAside, ...this.open.map((run) => run.facts)]
      if (beginning !== undefined) open.push(beginning)
      const content: RunsFile = { format: 1, open, finished: this.#finished }
      await this.#control.write(this.#control.runs, content)
    }
    const written = this.#writing.then(write)
    this.#writing = written.catch(() => {})
    return written
  }
}
