import path from 'node:path'
import { connectionFile, controlFolder, reasonOf } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import type { AggregatorRequest } from '../config.ts'
import { connectionFiles, findConnection, mayBeAlive } from '../transport/locate.ts'
import { elect } from './election.ts'

export interface MeetingParts {
  readonly clock: Clock
  /** `--connection`: the only place then, and nobody starts one. */
  readonly named: string | undefined
  /** Where agents without a save directory that can be written meet: on this machine only. */
  readonly spoolRoot: string
  /** Undefined where this agent starts none. */
  readonly start: ((request: AggregatorRequest) => Promise<void> | void) | undefined
  readonly told: (message: string) => void
}

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

/** Where the agents of a job and its aggregator find each other; and who starts it, where agents may. */
export class Meeting {
  readonly #parts: MeetingParts
  readonly #jobs: Job[] = []
  #fallback = false
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
    const { clock, named, told } = this.#parts
    if (!this.#open || this.#parts.start === undefined || named !== undefined) return
    const job = this.#jobs.find(({ mayStart }) => mayStart)
    try {
      const found = findConnection(this.files())
      if (job !== undefined && (found === undefined || found.left === true || !mayBeAlive(found)))
        this.#bringUp(job, found?.generation)
    } catch (error) {
      told(`could not start an aggregator: ${reasonOf(error)}`)
    }
    this.#cancel = clock.after(lookEveryMs, () => this.#look())
  }

  #bringUp(job: Job, over: number | undefined): void {
    const [key = 'default'] = job.keys
    const saveDir = this.#fallback ? meetDir(this.#parts.spoolRoot) : job.saveDir
    try {
      const folder = controlFolder(saveDir, key)
      const turn = elect(folder, over)
      if (turn.kind === 'theirs') return
      const { generation } = turn
      void this.#parts.start?.({ meetDir: saveDir, jobKey: key, generation, environment: job.environment })
    } catch (error) {
      if (this.#fallback) throw error
      this.#fallback = true
      this.#parts.told(
        `${saveDir} cannot be written (${reasonOf(error)}): the aggregator is met in ${this.#parts.spoolRoot}`,
      )
    }
  }
}

function meetDir(spoolRoot: string): string {
  return path.join(spoolRoot, 'meet')
}
