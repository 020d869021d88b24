import PQueue from 'p-queue'
import { noRuns, readRunsFile } from '@provloom/rundir/internal'
import type { RunFacts } from '@provloom/rundir'
import type { ClosedRun, RunsFile } from '@provloom/rundir/internal'
import { limits, rankOf } from '@provloom/shared'
import type { Hello, RunId } from '@provloom/shared'
import type { Settings } from '../config.ts'
import type { ControlFolder } from '../control/folder.ts'
import type { OpenRun } from '../run/open-run.ts'
import { isOfName } from '../run/run-name.ts'
import type { RunName } from '../run/run-name.ts'
import { closedRunOf } from './closed-run.ts'
import { settle } from './wishes.ts'

/** Of a hello: what says which run it is for. */
export type Turn = Pick<Hello, 'jobKey' | 'asked' | 'runName' | 'ordinal' | 'runId' | 'admitted'>

/** The runs of an aggregator: which are open, which have ended; runs.json says the same to a successor. */
export class Registry {
  readonly #asked: Settings['asked']
  readonly #control: ControlFolder
  readonly #open = new Map<RunId, OpenRun>()
  /** Those that are just being begun: a successor must know them, whichever of them is written first. */
  readonly #beginning = new Set<RunFacts>()
  /** Those that could not be resumed: kept in runs.json for the next try. */
  #setAside: RunFacts[] = []
  #closed: ClosedRun[] = []
  readonly #writes: PQueue = new PQueue({ concurrency: 1 })
  #nextWrite: Promise<void> = Promise.resolve()

  /** @param asked what the aggregator was told, which wins over what ranks ask for */
  constructor(asked: Settings['asked'], control: ControlFolder) {
    this.#asked = asked
    this.#control = control
  }

  get open(): readonly OpenRun[] {
    return [...this.#open.values()]
  }

  get closed(): readonly ClosedRun[] {
    return this.#closed
  }

  get(runId: RunId): OpenRun | ClosedRun | undefined {
    return this.#open.get(runId) ?? this.#closed.find(({ facts }) => facts.runId === runId)
  }

  /**
   * Whether it is known that a rank is not collected: the run says so, once it is there, and before that the aggregator,
   * where it was told.
   */
  isPassedBy(hello: Hello): boolean {
    if (hello.rank === 0) return false
    const { collectAllProcesses } = this.turnOf(hello)?.facts.settings ?? this.#asked
    return collectAllProcesses === false
  }

  /** Whether it may begin a run: others than rank 0 only where all are asked for. Else rank 0 says what is collected. */
  mayBegin(hello: Hello): boolean {
    return hello.rank === 0 || settle(this.#asked, hello.asked).collectAllProcesses
  }

  /** The run that a session says it is of: by its id, or by its turn. */
  turnOf(hello: Turn): OpenRun | ClosedRun | undefined {
    const { admitted, runId, ordinal } = hello
    for (const id of [admitted, runId]) {
      const named = id === undefined ? undefined : this.get(id)
      if (named !== undefined) return named
    }
    if (runId !== undefined) return undefined
    const name = this.#nameOf(hello)
    const isIt = ({ facts }: { readonly facts: RunFacts }): boolean =>
      facts.ordinal === ordinal && isOfName(facts, name)
    return this.open.find(isIt) ?? this.#closed.find(isIt)
  }

  /** The same as a text, also where the run is not there. */
  textOf(hello: Turn): string {
    return hello.runId ?? JSON.stringify([this.#nameOf(hello), hello.ordinal])
  }

  /** All runs of which its session's may be one, the open ones last. */
  namedLike(hello: Turn): (OpenRun | ClosedRun)[] {
    const name = this.#nameOf(hello)
    return [...this.#closed, ...this.open].filter(({ facts }) => isOfName(facts, name))
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

  /** Where they are listed. */
  get file(): string {
    return this.#control.runs
  }

  /** What an earlier aggregator left; undefined when its list cannot be understood. */
  takeOver(): RunsFile | undefined {
    const before = readRunsFile(this.#control.runs)
    this.#closed = [...(before ?? noRuns).closed]
    return before
  }

  /** @throws {ProvloomError} `SAVE_DIR_UNWRITABLE` */
  async begins(facts: RunFacts): Promise<void> {
    this.#beginning.add(facts)
    await this.write()
  }

  /** @param run undefined when it could not be begun */
  hasBegun(facts: RunFacts, run: OpenRun | undefined): void {
    this.#beginning.delete(facts)
    if (run !== undefined) this.add(run)
  }

  add(run: OpenRun): void {
    this.#open.set(run.facts.runId, run)
  }

  /** A run that cannot be read now: the next aggregator tries it too. */
  setAside(facts: RunFacts): void {
    this.#setAside.push(facts)
  }

  /** It was found closed. */
  addClosed(run: ClosedRun): void {
    this.#closed.push(run)
  }

  /** A run that was closed, or set aside, goes on. @throws {ProvloomError} `SAVE_DIR_UNWRITABLE` */
  async goesOn(run: OpenRun): Promise<void> {
    const { runId } = run.facts
    this.#closed = this.#closed.filter(({ facts }) => facts.runId !== runId)
    this.#setAside = this.#setAside.filter((facts) => facts.runId !== runId)
    this.add(run)
    await this.write()
  }

  /** A run is closed: it is no longer open. @throws {ProvloomError} `SAVE_DIR_UNWRITABLE` */
  async finished(run: OpenRun, reopenable: boolean): Promise<void> {
    const closed = closedRunOf(run, reopenable)
    this.#open.delete(run.facts.runId)
    this.#closed = [...this.#closed, closed].slice(-limits.closedRunsMax)
    await this.write()
  }

  /** A run is not ours any more. @throws {ProvloomError} `SAVE_DIR_UNWRITABLE` */
  async letGo(run: OpenRun): Promise<void> {
    this.#open.delete(run.facts.runId)
    await this.write()
  }

  /**
   * One writer at a time, with what is true when it begins. Those who ask before that share it: it grows with the runs.
   *
   * @throws {ProvloomError} `SAVE_DIR_UNWRITABLE`
   */
  write(): Promise<void> {
    if (this.#writes.size > 0) return this.#nextWrite
    this.#nextWrite = this.#writes.add(() => this.#writeNow())
    return this.#nextWrite
  }

  async #writeNow(): Promise<void> {
    const begun = this.open.map((run) => run.facts)
    const beginning = [...this.#beginning].filter((facts) => !begun.includes(facts))
    const open = [...this.#setAside, ...begun, ...beginning]
    const content: RunsFile = { format: 2, open, closed: this.#closed }
    await this.#control.write(this.#control.runs, content)
  }

  /** What the session's runs have in common: what the aggregator was told wins. */
  #nameOf({ jobKey, asked, runName }: Turn): RunName {
    const { experimentName } = settle(this.#asked, asked)
    return { jobKey, experimentName, runName }
  }
}
