import fs from 'node:fs'
import path from 'node:path'
import PQueue from 'p-queue'
import { reasonOf } from '@provloom/shared'
import type { Artifact, Clock, Rank, RunId } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'
import type { Fact } from '../spool/own-stream.ts'
import { digest, placeBelow, storeCopy } from './store.ts'

/** Where a logged file's event stands. */
export interface Origin {
  readonly stream: string
  readonly number: number
}

export interface KeeperParts {
  readonly spool: SessionFolder
  readonly rank: Rank
  readonly host: string
  readonly record: (fact: Fact) => void
  /** The lowest number of a stream whose artifact is not done; undefined when all are. */
  readonly pending: (stream: string, lowest: number | undefined) => void
}

/**
 * Hashes logged files and copies them into the run directory, one after the other, and records what became of each.
 * Jobs wait here; events never do.
 */
export class ArtifactKeeper {
  readonly #parts: KeeperParts
  readonly #queue: PQueue = new PQueue({ concurrency: 1, autoStart: false })
  readonly #seen = new Set<string>()
  readonly #open = new Map<string, Set<number>>()
  #run: { readonly runId: RunId; readonly runDir: string } | undefined

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  /** The run is known: jobs may begin. */
  begin(runId: RunId, runDir: string): void {
    this.#run = { runId, runDir }
    this.#queue.start()
  }

  /** Takes on a logged file, once, whenever its event is read again. */
  keep(artifact: Artifact, origin: Origin): void {
    const id = `${origin.stream}/${origin.number}`
    if (this.#seen.has(id)) return
    this.#seen.add(id)
    if (artifact.spooled === undefined && artifact.copy !== true && artifact.sha256 !== undefined) return
    this.#mark(origin, true)
    void this.#queue.add(() => this.#store(artifact, origin))
  }

  /** An earlier agent of this spool has done it. */
  done(origin: Origin): void {
    this.#seen.add(`${origin.stream}/${origin.number}`)
  }

  /** Resolves when no job is left, or its time is over. @param until monotonic milliseconds */
  async finish(clock: Clock, until: number): Promise<void> {
    if (this.#run !== undefined && this.#queue.size + this.#queue.pending > 0) {
      await new Promise<void>((resolve) => {
        const left = Math.max(0, Math.min(until - clock.monotonicMs(), 2 ** 31 - 1))
        const cancel = clock.after(left, resolve)
        void this.#queue.onIdle().then(() => {
          cancel()
          resolve()
        })
      })
    }
    this.stop()
  }

  /** Jobs not begun are given up; their files stay where they are. */
  stop(): void {
    this.#queue.pause()
    this.#queue.clear()
  }

  async #store(artifact: Artifact, origin: Origin): Promise<void> {
    try {
      const fact = await this.#outcome(artifact)
      this.#parts.record({ type: 'artifact.stored', ...origin, ...fact })
    } catch (error) {
      this.#parts.record({ type: 'artifact.stored', ...origin, problem: reasonOf(error) })
    } finally {
      this.#mark(origin, false)
    }
  }

  async #outcome(
    artifact: Artifact,
  ): Promise<{ size?: number; sha256?: string; stored?: string; problem?: string }> {
    const source = this.#sourceOf(artifact)
    if (source === undefined) return { problem: 'the name of its spooled copy leads out of the spool' }
    // The worker makes files there, never links: one would have us read for whoever wrote the spool.
    if (artifact.spooled !== undefined && isLink(source)) return { problem: 'its spooled copy is a link' }
    if (!fs.existsSync(source)) return { problem: `${source} is not there any more` }
    const found = await digest(source)
    const changed =
      artifact.size !== undefined && artifact.size !== found.size && artifact.spooled === undefined
    const problem = changed ? { problem: `it had ${artifact.size} bytes when it was logged` } : {}
    if (artifact.copy !== true) return { ...found, ...problem }
    const run = this.#run!
    if (!isReachable(run.runDir, run.runId)) {
      return {
        ...found,
        problem: `not copied: the run directory ${run.runDir} cannot be reached from ${this.#parts.host}`,
      }
    }
    const artifacts = path.join(run.runDir, 'artifacts')
    const folder = path.join(artifacts, `rank${this.#parts.rank}`)
    const place = placeBelow(folder, artifact.subfolder, artifact.name)
    if (place === undefined)
      return { ...found, problem: 'not copied: its name leads out of the run directory' }
    const stored = await storeCopy(source, artifacts, place, found)
    return { ...found, ...problem, stored: path.relative(run.runDir, stored).split(path.sep).join('/') }
  }

  #sourceOf(artifact: Artifact): string | undefined {
    if (artifact.spooled === undefined) return artifact.path
    return placeBelow(this.#parts.spool.files, undefined, artifact.spooled)
  }

  #mark({ stream, number }: Origin, open: boolean): void {
    const numbers = this.#open.get(stream) ?? new Set<number>()
    if (open) numbers.add(number)
    else numbers.delete(number)
    this.#open.set(stream, numbers)
    this.#parts.pending(stream, numbers.size === 0 ? undefined : Math.min(...numbers))
  }
}

function isLink(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

/** Whether this machine sees the run directory: its `run.json` names the same run. */
function isReachable(runDir: string, runId: RunId): boolean {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8'))
    return typeof value === 'object' && value !== null && 'runId' in value && value.runId === runId
  } catch {
    return false
  }
}
