import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { filesOf } from '@provloom/rundir'
import { readStoredRun, storedRunOf } from '@provloom/rundir/internal'
import type { RunFacts } from '@provloom/rundir'
import type { ClosedRun } from '@provloom/rundir/internal'
import { ProvloomError, causeOf, limits, mintRunId, reasonOf, systemCode } from '@provloom/shared'
import type { Hello, RunId } from '@provloom/shared'
import type { Settings } from '../config.ts'
import { descriptorLimit, ranksMax } from '../inbox/descriptors.ts'
import type { OpenRun } from '../run/open-run.ts'
import { beginRun, goOnWith, placeRun, reopenRun, resumeRun } from '../run/open.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { Trouble } from '../run/trouble.ts'
import { finishedRun } from './closed-run.ts'
import { goOnOrBegin } from './named-run.ts'
import type { NotNow, Opened } from './named-run.ts'
import type { Registry } from './registry.ts'
import { settle } from './wishes.ts'

const retryMs = 1_000

const notNow: NotNow = { kind: 'not-now', why: undefined }

/** Opens runs: begins new ones, and goes on with those that were left open or may be reopened. */
export class Opener {
  readonly #around: Surroundings
  readonly #settings: Settings
  readonly #registry: Registry
  readonly #trouble: Trouble
  readonly #opening = new Map<string, Promise<Opened>>()
  /** Save directories in which no run could be opened at the last try. */
  readonly #failing = new Map<string, { readonly why: string; readonly notBeforeMs: number }>()
  /** A run holds a file open: ranks must find descriptors left, however many jobs are named. */
  readonly #openMax: number = Math.min(limits.openRunsMax, Math.ceil(ranksMax(descriptorLimit()) / 4))

  constructor(around: Surroundings, settings: Settings, registry: Registry) {
    this.#around = around
    this.#settings = settings
    this.#registry = registry
    this.#trouble = new Trouble(around.tell, undefined)
  }

  /** Runs that are open or just being opened. */
  get openCount(): number {
    return this.#registry.open.length + this.#opening.size
  }

  get isFull(): boolean {
    return this.openCount >= this.#openMax
  }

  /** Runs that have ended are closed as long as others wait for room; held open, none is before the end. */
  get makesRoom(): boolean {
    return !this.#settings.holdOpen
  }

  /** No run could be opened somewhere, at the last try. */
  get isFailing(): boolean {
    return this.#failing.size > 0
  }

  /**
   * Goes on with what an earlier aggregator left open, and with the runs that we were told to.
   *
   * @throws {ProvloomError} `JOURNAL_GONE`, `FILE_UNREADABLE`, `LOG_UNREADABLE` for one of the latter
   */
  async resume(): Promise<void> {
    const registry = this.#registry
    const before = registry.takeOver()
    if (before === undefined) {
      const message = `${registry.file} cannot be understood; starting afresh`
      this.#trouble.began('runs', new Error(message), 'FILE_DAMAGED')
    }
    const named = this.#settings.resume.map((runDir) => readStoredRun(runDir).facts)
    for (const facts of before?.open ?? []) {
      if (!named.some(({ runId }) => runId === facts.runId)) await this.#resumeOne(facts)
    }
    for (const facts of named) await this.#goOn(facts)
    await registry.write()
  }

  /** Opens the run of an ordinal; of those that ask at once the first does. */
  begin(hello: Hello, ordinal: number, after: ClosedRun | undefined): Promise<Opened> {
    const registry = this.#registry
    const { asked, saveDir: own } = this.#settings
    const wished = asked.provenanceSaveDir === undefined ? hello.asked.provenanceSaveDir : undefined
    const saveDir = wished === undefined ? own : path.resolve(wished)
    const { runId } = hello
    return this.#once(registry.textOf({ ...hello, ordinal }), saveDir, async () => {
      const begin = (): Promise<OpenRun> => this.#begin(hello, ordinal, saveDir, after)
      if (runId === undefined) return begin()
      const run = await goOnOrBegin(this.#around, { saveDir, runId }, begin)
      if (run.kind === 'open' && !registry.open.includes(run)) await this.#goesOn(run)
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

  /** What is written in a save directory says nothing of another one. */
  async #once(name: string, saveDir: string, open: () => Promise<Opened>): Promise<Opened> {
    const underWay = this.#opening.get(name)
    if (underWay !== undefined) return underWay
    const { clock } = this.#around
    const failed = this.#failing.get(saveDir)
    if (failed !== undefined && clock.monotonicMs() < failed.notBeforeMs)
      return { kind: 'not-now', why: failed.why }
    const opening = open()
      .then((opened) => {
        if (opened.kind === 'open') this.#succeeded(saveDir)
        return opened
      })
      .catch((error: unknown) => this.#failed(saveDir, error))
      .finally(() => this.#opening.delete(name))
    this.#opening.set(name, opening)
    return opening
  }

  #succeeded(saveDir: string): void {
    this.#failing.delete(saveDir)
    const message = `Runs can be opened in ${saveDir} again`
    this.#trouble.ended(`open ${saveDir}`, message)
  }

  #failed(saveDir: string, error: unknown): NotNow {
    const told = cannotOpen(saveDir, error)
    const why = causeOf(told)
    this.#failing.set(saveDir, { why, notBeforeMs: this.#around.clock.monotonicMs() + retryMs })
    this.#trouble.began(`open ${saveDir}`, told)
    return { kind: 'not-now', why }
  }

  async #begin(
    hello: Hello,
    ordinal: number,
    saveDir: string,
    after: ClosedRun | undefined,
  ): Promise<OpenRun> {
    const around = this.#around
    const registry = this.#registry
    const facts = placeRun(around, {
      runId: hello.runId ?? this.#wishedId(hello, saveDir) ?? this.#mint(),
      jobKey: hello.jobKey,
      ordinal,
      ...(hello.runName === undefined ? {} : { runName: hello.runName }),
      settings: settle(this.#settings.asked, hello.asked),
      saveDir,
    })
    let run: OpenRun | undefined
    try {
      await registry.begins(facts)
      run = await beginRun(around, facts, after?.facts.runId ?? hello.informedBy)
    } catch (error) {
      // Nothing of this run was promised to anybody yet.
      await around.files.removeFolder(facts.runDir)
      throw error
    } finally {
      registry.hasBegun(facts, run)
    }
    this.#tellOpened(run, false)
    return run
  }

  /** There are never two runs of one id: where one has it, ours is another. */
  #wishedId({ newRunId }: Hello, saveDir: string): RunId | undefined {
    if (newRunId === undefined) return undefined
    const isTaken = this.#registry.open.some(({ facts }) => facts.runId === newRunId)
    return isTaken || storedRunOf(saveDir, newRunId) !== undefined ? undefined : newRunId
  }

  #mint(): RunId {
    return mintRunId(Math.floor(this.#around.clock.nowUs() / 1000), randomBytes(10))
  }

  async #resumeOne(facts: RunFacts): Promise<void> {
    const registry = this.#registry
    const { files } = this.#around
    try {
      const run = await resumeRun(this.#around, facts, 'its aggregator was started again')
      if (run === 'finished') return registry.addClosed(finishedRun(files, facts))
      if (run === 'never-begun') return await files.removeFolder(facts.runDir)
      registry.add(run)
      this.#tellOpened(run, true)
    } catch (error) {
      // Where one of ours lives, all of them are its own.
      if (error instanceof ProvloomError && error.code === 'RUN_HELD') throw error
      registry.setAside(facts)
      const told = new Error(`${facts.runDir}: ${reasonOf(error)}`, { cause: error })
      this.#trouble.began(`resume ${facts.runId}`, told, 'LOG_UNREADABLE')
    }
  }

  /** A run that somebody named: nothing of it is removed, and what is wrong with it is for them to know. */
  async #goOn(facts: RunFacts): Promise<void> {
    const run = await goOnWith(this.#around, facts, 'it was named, to be recovered or handed in to')
    if (run === undefined) throw noOpenRun(facts.runDir)
    this.#registry.add(run)
    this.#tellOpened(run, true)
  }

  async #goesOn(run: OpenRun): Promise<void> {
    await this.#registry.goesOn(run)
    this.#tellOpened(run, true)
  }

  #tellOpened(run: OpenRun, resumed: boolean): void {
    const { runId, runDir, jobKey, settings } = run.facts
    this.#around.tell({ kind: 'run-opened', runId, runDir, jobKey, settings, resumed })
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

function noOpenRun(runDir: string): ProvloomError {
  const message = `${runDir} holds no run that could go on: its journal is gone`
  return new ProvloomError('JOURNAL_GONE', message, {
    doing: 'go on with the run',
    to: filesOf(runDir).journal,
    hint: 'Its prov.json is as it was saved last.',
  })
}
