import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import PQueue from 'p-queue'
import { noRuns, readRunsFile, readStoredRun } from '@provloom/rundir'
import type { ClosedRun, RunsFile, RunFacts } from '@provloom/rundir'
import { ProvloomError, causeOf, limits, mintRunId, rankOf, reasonOf, systemCode } from '@provloom/shared'
import type { Hello, RunId } from '@provloom/shared'
import type { Settings } from '../config.ts'
import type { ControlFolder } from '../control/folder.ts'
import { descriptorLimit, ranksMax } from '../inbox/descriptors.ts'
import { noOpenRun } from '../run/claim.ts'
import type { OpenRun } from '../run/open-run.ts'
import { beginRun, goOnWith, placeRun, reopenRun, resumeRun } from '../run/open.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { Trouble } from '../run/trouble.ts'
import { closedRunOf, finishedRun } from './closed-run.ts'
import { goOnOrBegin } from './named-run.ts'
import type { NotNow, Opened } from './named-run.ts'
import { settle } from './wishes.ts'

/** What runs of one kind have in common: they are told apart by their ordinal. */
export interface RunKey {
  readonly jobKey: string
  readonly experimentName: string
  readonly runName: string | undefined
}

/** Of a hello: what says which run it is for. */
export type Turn = Pick<Hello, 'jobKey' | 'asked' | 'runName' | 'ordinal' | 'runId' | 'admitted'>

const retryOpeningMs = 1_000

const notNow: NotNow = { kind: 'not-now', why: undefined }

/** The runs of an aggregator: which are open, which have ended; runs.json says the same to a successor. */
export class Registry {
  readonly #around: Surroundings
  readonly #settings: Settings
  readonly #control: ControlFolder
  readonly #trouble: Trouble
  readonly #open = new Map<RunId, OpenRun>()
  readonly #opening = new Map<string, Promise<Opened>>()
  /** Those that are just being begun: a successor must know them, whichever of them is written first. */
  readonly #beginning = new Set<RunFacts>()
  /** Those that could not be resumed: kept in runs.json for the next try. */
  #setAside: RunFacts[] = []
  #closed: ClosedRun[] = []
  /** Save directories in which no run could be opened at the last try. */
  readonly #failing = new Map<string, { readonly why: string; readonly notBeforeMs: number }>()
  /** A run holds a file open: ranks must find descriptors left, however many jobs are named. */
  readonly #openMax: number = Math.min(limits.openRunsMax, Math.ceil(ranksMax(descriptorLimit()) / 4))
  readonly #writes: PQueue = new PQueue({ concurrency: 1 })
  #nextWrite: Promise<void> = Promise.resolve()

  constructor(around: Surroundings, settings: Settings, control: ControlFolder) {
    this.#around = around
    this.#settings = settings
    this.#control = control
    this.#trouble = new Trouble(around.tell, undefined)
  }

  get open(): readonly OpenRun[] {
    return [...this.#open.values()]
  }

  get closed(): readonly ClosedRun[] {
    return this.#closed
  }

  /** Runs that are open or just being opened. */
  get openCount(): number {
    return this.#open.size + this.#opening.size
  }

  get isFull(): boolean {
    return this.openCount >= this.#openMax
  }

  /** Runs that have ended are closed as long as others wait for room; held open, none is before the end. */
  get makesRoom(): boolean {
    return !this.#settings.holdOpen
  }

  /**
   * Goes on with what an earlier aggregator left open, and with the runs that we were told to.
   *
   * @throws {ProvloomError} `JOURNAL_GONE`, `FILE_UNREADABLE`, `LOG_UNREADABLE` for one of the latter
   */
  async resume(): Promise<void> {
    const before = readRunsFile(this.#control.runs)
    if (before === undefined) {
      this.#trouble.began(
        'runs',
        new Error(`${this.#control.runs} cannot be understood; starting afresh`),
        'FILE_DAMAGED',
      )
    }
    const { open, closed } = before ?? noRuns
    this.#closed = [...closed]
    const named = this.#settings.resume.map((runDir) => readStoredRun(runDir).facts)
    for (const facts of open) {
      if (!named.some(({ runId }) => runId === facts.runId)) await this.#resumeOne(facts)
    }
    for (const facts of named) await this.#goOn(facts)
    await this.#write()
  }

  /** What a session's runs have in common: what the aggregator was told wins. */
  keyOf({ jobKey, asked, runName }: Pick<Hello, 'jobKey' | 'asked' | 'runName'>): RunKey {
    const { experimentName } = settle(this.#settings.asked, asked)
    return { jobKey, experimentName, runName }
  }

  /**
   * Whether it is known that a rank is not collected: the run says so, once it is there, and before that the aggregator,
   * where it was told.
   */
  isPassedBy(hello: Hello): boolean {
    if (hello.rank === 0) return false
    const { collectAllProcesses } = this.turnOf(hello)?.facts.settings ?? this.#settings.asked
    return collectAllProcesses === false
  }

  /** Whether it may begin a run: others than rank 0 only where all are asked for. Else rank 0 says what is collected. */
  mayBegin(hello: Hello): boolean {
    return hello.rank === 0 || settle(this.#settings.asked, hello.asked).collectAllProcesses
  }

  /** The run that a session says it is of: by its id, or by its turn. */
  turnOf(hello: Turn): OpenRun | ClosedRun | undefined {
    const { admitted, runId, ordinal } = hello
    for (const id of [admitted, runId]) {
      const named = id === undefined ? undefined : this.get(id)
      if (named !== undefined) return named
    }
    if (runId !== undefined) return undefined
    const key = this.keyOf(hello)
    return [...this.openOf(key), ...this.closedOf(key)].find(({ facts }) => facts.ordinal === ordinal)
  }

  /** The same as a text, also where the run is not there. */
  nameOf(hello: Turn): string {
    return hello.runId ?? JSON.stringify([this.keyOf(hello), hello.ordinal])
  }

  openOf(key: RunKey): OpenRun[] {
    return this.open.filter(({ facts }) => isOf(facts, key))
  }

  closedOf(key: RunKey): ClosedRun[] {
    return this.#closed.filter(({ facts }) => isOf(facts, key))
  }

  /** Whether a rank has a place in a run of the job: also of one that an earlier aggregator had. */
  hasHad(jobKey: string, rank: number): boolean {
    const closed = this.#closed.some(
      ({ facts, worldSize = 0, unheld }) =>
        facts.jobKey === jobKey &&
        facts.settings.collectAllProcesses &&
        rank < worldSize &&
        !unheld.includes(rank),
    )
    const isIn = ({ facts, roster }: OpenRun): boolean =>
      facts.jobKey === jobKey && roster.lastOf(rankOf(rank)) !== undefined
    return closed || this.open.some(isIn)
  }

  get(runId: RunId): OpenRun | ClosedRun | undefined {
    return this.#open.get(runId) ?? this.#closed.find(({ facts }) => facts.runId === runId)
  }

  /** Opens the run of an ordinal; of those that ask at once the first does. */
  begin(hello: Hello, ordinal: number, after: ClosedRun | undefined): Promise<Opened> {
    const name = this.nameOf({ ...hello, ordinal })
    const { asked, saveDir: own } = this.#settings
    const wished = asked.provenanceSaveDir === undefined ? hello.asked.provenanceSaveDir : undefined
    const saveDir = wished === undefined ? own : path.resolve(wished)
    const { runId } = hello
    return this.#once(name, saveDir, async () => {
      const begin = (): Promise<OpenRun> => this.#begin(hello, ordinal, saveDir, after)
      if (runId === undefined) return begin()
      const run = await goOnOrBegin(this.#around, { saveDir, runId }, begin)
      if (run.kind === 'open' && !this.#open.has(runId)) await this.#goesOn(run)
      return run
    })
  }

  /** Goes on with a closed run. */
  reopen(closed: ClosedRun): Promise<Opened> {
    const { runId, runDir } = closed.facts
    return this.#once(runId, path.dirname(runDir), async () => {
      const run = await reopenRun(this.#around, closed.facts)
      if (run === undefined) return notNow
      await this.#goesOn(run)
      return run
    })
  }

  async #goesOn(run: OpenRun): Promise<void> {
    const { runId } = run.facts
    this.#closed = this.#closed.filter(({ facts }) => facts.runId !== runId)
    this.#setAside = this.#setAside.filter((facts) => facts.runId !== runId)
    this.#open.set(runId, run)
    await this.#write()
    this.#tellOpened(run, true)
  }

  /** A run is closed: it is no longer open. */
  async finished(run: OpenRun, reopenable: boolean): Promise<void> {
    const closed = closedRunOf(run, reopenable)
    this.#open.delete(run.facts.runId)
    this.#closed = [...this.#closed, closed].slice(-limits.closedRunsMax)
    await this.#write()
  }

  /** A run is not ours any more. */
  async letGo(run: OpenRun): Promise<void> {
    this.#open.delete(run.facts.runId)
    await this.#write()
  }

  /** No run could be opened somewhere, at the last try. */
  get isFailing(): boolean {
    return this.#failing.size > 0
  }

  /** What is written in a save directory says nothing of another one. */
  async #once(name: string, saveDir: string, open: () => Promise<Opened>): Promise<Opened> {
    const underWay = this.#opening.get(name)
    if (underWay !== undefined) return underWay
    const { clock } = this.#around
    const failed = this.#failing.get(saveDir)
    if (failed !== undefined && clock.monotonicMs() < failed.notBeforeMs)
      return { kind: 'not-now', why: failed.why }
    const opening = open()
      .then((run) => {
        if (run.kind !== 'open') return run
        this.#failing.delete(saveDir)
        this.#trouble.ended(`open ${saveDir}`, `Runs can be opened in ${saveDir} again`)
        return run
      })
      .catch((error: unknown) => {
        const told = cannotOpen(saveDir, error)
        this.#failing.set(saveDir, {
          why: causeOf(told),
          notBeforeMs: clock.monotonicMs() + retryOpeningMs,
        })
        this.#trouble.began(`open ${saveDir}`, told)
        return { kind: 'not-now', why: causeOf(told) } as const
      })
      .finally(() => this.#opening.delete(name))
    this.#opening.set(name, opening)
    return opening
  }

  async #begin(
    hello: Hello,
    ordinal: number,
    saveDir: string,
    after: ClosedRun | undefined,
  ): Promise<OpenRun> {
    const { clock } = this.#around
    const { asked } = this.#settings
    const facts = placeRun({
      runId: hello.runId ?? mintRunId(Math.floor(clock.nowUs() / 1000), randomBytes(10)),
      jobKey: hello.jobKey,
      ordinal,
      ...(hello.runName === undefined ? {} : { runName: hello.runName }),
      settings: settle(asked, hello.asked),
      saveDir,
    })
    this.#beginning.add(facts)
    try {
      await this.#write()
      const run = await beginRun(this.#around, facts, after?.facts.runId)
      this.#open.set(facts.runId, run)
      this.#tellOpened(run, false)
      return run
    } catch (error) {
      // Nothing of this run was promised to anybody yet.
      fs.rmSync(facts.runDir, { recursive: true, force: true })
      throw error
    } finally {
      this.#beginning.delete(facts)
    }
  }

  async #resumeOne(facts: RunFacts): Promise<void> {
    try {
      const run = await resumeRun(this.#around, facts)
      if (run === 'finished') {
        this.#closed.push(finishedRun(facts))
        return
      }
      if (run === 'never-begun') {
        fs.rmSync(facts.runDir, { recursive: true, force: true })
        return
      }
      this.#open.set(facts.runId, run)
      this.#tellOpened(run, true)
    } catch (error) {
      // Where one of ours lives, all of them are its own.
      if (error instanceof ProvloomError && error.code === 'RUN_HELD') throw error
      this.#setAside.push(facts)
      this.#trouble.began(
        `resume ${facts.runId}`,
        new Error(`${facts.runDir}: ${reasonOf(error)}`, { cause: error }),
        'LOG_UNREADABLE',
      )
    }
  }

  /** A run that somebody named: nothing of it is removed, and what is wrong with it is for them to know. */
  async #goOn(facts: RunFacts): Promise<void> {
    const run = await goOnWith(this.#around, facts)
    if (run === undefined) throw noOpenRun(facts.runDir)
    this.#open.set(facts.runId, run)
    this.#tellOpened(run, true)
  }

  #tellOpened(run: OpenRun, resumed: boolean): void {
    const { runId, runDir, jobKey, settings } = run.facts
    this.#around.tell({ kind: 'run-opened', runId, runDir, jobKey, settings, resumed })
  }

  /** One writer at a time, with what is true when it begins. Those who ask before that share it: it grows with the runs. */
  #write(): Promise<void> {
    if (this.#writes.size > 0) return this.#nextWrite
    this.#nextWrite = this.#writes.add(async () => {
      const begun = this.open.map((run) => run.facts)
      const beginning = [...this.#beginning].filter((facts) => !begun.includes(facts))
      const open = [...this.#setAside, ...begun, ...beginning]
      const content: RunsFile = { format: 2, open, closed: this.#closed }
      await this.#control.write(this.#control.runs, content)
    })
    return this.#nextWrite
  }
}

/** Whatever went wrong: where, and what to try. */
function cannotOpen(saveDir: string, error: unknown): ProvloomError {
  if (error instanceof ProvloomError) return error
  // What is not the system's is a bug of ours, and no fault of the folder's.
  const code = systemCode(error) === undefined ? 'INTERNAL' : 'SAVE_DIR_UNWRITABLE'
  return new ProvloomError(code, `Could not open a run in ${saveDir}`, {
    doing: 'open a run',
    to: saveDir,
    cause: error,
    hint: 'Check that the disk has room and that the folder may be written.',
  })
}

function isOf(facts: RunFacts, { jobKey, experimentName, runName }: RunKey): boolean {
  return (
    facts.jobKey === jobKey && facts.settings.experimentName === experimentName && facts.runName === runName
  )
}
