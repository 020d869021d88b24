import path from 'node:path'
import {
  connectionFile,
  controlFolder,
  failGeneration,
  failureOf,
  latestGeneration,
  makeSaveDir,
  reasonOf,
  systemFiles,
} from '@provloom/shared'
import type { Clock, StartFailure } from '@provloom/shared'
import type { AggregatorRequest, StartAggregator } from '../config.ts'
import type { Context } from '../context.ts'
import type { Starter } from '../publish/link.ts'
import { connectionFiles, findConnection, mayBeAlive } from '../outlet/locate.ts'
import { elect } from './election.ts'

export interface MeetingParts {
  readonly clock: Clock
  /** `--connection`: the only place then, and nobody starts one. */
  readonly named: string | undefined
  /** Where agents without a save directory that can be written meet: on this machine only. */
  readonly spoolRoot: string
  /** Undefined where this agent starts none. */
  readonly start: StartAggregator | undefined
  readonly listener: (event: MeetingEvent) => void
}

export type MeetingEvent =
  /** Why no aggregator could be started, for whoever waits for one; undefined takes it back. */
  | { readonly kind: 'hopeless'; readonly reason: string | undefined }
  | { readonly kind: 'trouble'; readonly message: string }

/** A job that has to find its aggregator. */
export interface Job {
  /** Its own, and those of what it runs in, most specific first. */
  readonly keys: readonly string[]
  readonly saveDir: string
  /** Whether an agent on this machine may start its aggregator. */
  readonly mayStart: boolean
  readonly environment: AggregatorRequest['environment']
}

const lookEveryMs = 250

/** Who has the aggregator started that an agent looks for. */
export function whoStarts({ config, variables }: Pick<Context, 'config' | 'variables'>): Starter {
  if (config.startAggregator !== undefined) return 'agents'
  return variables['PROVLOOM_LAUNCHER'] === 'provloom run' ? 'run' : 'somebody'
}

/** Where the agents of a job and its aggregator find each other; and who starts it, where agents may. */
export class Meeting {
  readonly #parts: MeetingParts
  readonly #jobs: Job[] = []
  #fallback = false
  /** A generation that had failed before we looked: what was wrong then may be mended. */
  #failedBefore: number | undefined
  #failure: StartFailure | undefined
  #cancel: (() => void) | undefined
  #open = true

  constructor(parts: MeetingParts) {
    this.#parts = parts
  }

  /** Every place where a connection file may be. */
  files(): readonly string[] {
    const { named, spoolRoot } = this.#parts
    const found = this.#jobs.flatMap((job) => connectionFiles(named, job.saveDir, job.keys))
    const own =
      named === undefined ? this.#jobs.map(({ keys }) => connectionFile(meetDir(spoolRoot), keys[0]!)) : []
    return [...new Set([...found, ...own])]
  }

  /** Another job, or another save directory: the first that one may be started for is where it is. */
  add(job: Job): void {
    const known = this.#jobs.some((one) => one.saveDir === job.saveDir && one.keys[0] === job.keys[0])
    if (!known) this.#jobs.push(job)
    if (this.#jobs.length === 1) this.#look()
  }

  close(): void {
    this.#open = false
    this.#cancel?.()
  }

  #look(): void {
    const { clock, named } = this.#parts
    if (!this.#open || this.#parts.start === undefined || named !== undefined) return
    const job = this.#jobs.find(({ mayStart }) => mayStart)
    try {
      const found = findConnection(this.files())
      if (found !== undefined && found.left !== true && mayBeAlive(found)) this.#note(undefined)
      else if (job !== undefined) this.#bringUp(job, found?.generation)
      else this.#lookForFailure(this.#jobs[0]!)
    } catch (error) {
      this.#tell(`could not start an aggregator: ${reasonOf(error)}`)
    }
    this.#cancel = clock.after(lookEveryMs, () => this.#look())
  }

  #bringUp(job: Job, over: number | undefined): void {
    try {
      const folder = this.#folderOf(job)
      this.#failedBefore ??= failedGeneration(folder)
      if (!this.#fallback) makeSaveDir(systemFiles(), job.saveDir)
      const turn = elect(folder, Math.max(over ?? -1, this.#failedBefore))
      if (turn.kind === 'ours') void this.#start(job, turn.generation)
      else this.#lookForFailure(job)
    } catch (error) {
      if (this.#fallback) throw error
      this.#fallback = true
      this.#tell(
        `${job.saveDir} cannot be written (${reasonOf(error)}): the aggregator is met in ${this.#parts.spoolRoot}`,
      )
    }
  }

  async #start(job: Job, generation: number): Promise<void> {
    const [jobKey, folder] = [keyOf(job), this.#folderOf(job)]
    const request = { meetDir: this.#saveDirOf(job), jobKey, generation, environment: job.environment }
    const failure = await this.#parts.start?.(request)
    if (failure === undefined || !this.#open) return
    this.#note(failure)
    try {
      failGeneration(folder, generation, failure)
    } catch {
      // The job's other agents find out for themselves, when the next one may be started.
    }
  }

  /** Another agent of the job may have found out why there is none. */
  #lookForFailure(job: Job): void {
    const folder = this.#folderOf(job)
    const generation = failedGeneration(folder)
    this.#failedBefore ??= generation
    if (generation > this.#failedBefore) this.#note(failureOf(folder, generation) ?? this.#failure)
  }

  #note(failure: StartFailure | undefined): void {
    if (failure?.message === this.#failure?.message) return
    this.#failure = failure
    const reason = failure === undefined ? undefined : `no aggregator could be started: ${failure.message}`
    this.#parts.listener({ kind: 'hopeless', reason })
    if (reason !== undefined) this.#tell(failure?.hint === undefined ? reason : `${reason}. ${failure.hint}`)
  }

  #tell(message: string): void {
    this.#parts.listener({ kind: 'trouble', message })
  }

  #saveDirOf(job: Job): string {
    return this.#fallback ? meetDir(this.#parts.spoolRoot) : job.saveDir
  }

  #folderOf(job: Job): string {
    return controlFolder(this.#saveDirOf(job), keyOf(job))
  }
}

function keyOf({ keys: [key = 'default'] }: Job): string {
  return key
}

/** The latest one, where that could not be started; -1 where it could, or there is none. */
function failedGeneration(folder: string): number {
  const latest = latestGeneration(folder)
  return latest === undefined || failureOf(folder, latest) === undefined ? -1 : latest
}

function meetDir(spoolRoot: string): string {
  return path.join(spoolRoot, 'meet')
}
