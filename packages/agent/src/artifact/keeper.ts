import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import PQueue from 'p-queue'
import { reasonOf } from '@provloom/shared'
import type { Artifact, Rank, RunId } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { Hurry } from '../publish/publisher.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { Fact } from '../spool/own-stream.ts'
import { markOf } from './mark.ts'
import { reachOf } from './modes.ts'
import { partsOf } from './place.ts'
import { Copy, openRegular, readOnce } from './store.ts'
import type { Access, Digest } from './store.ts'

interface Changed {
  readonly problem: string
}

interface Outcome {
  readonly size?: number
  readonly sha256?: string
  readonly stored?: string
  readonly problem?: string
}

const changed: Changed = { problem: 'it has changed since it was logged, and no copy of it was kept' }

/** Where a logged file's event stands. */
export interface Origin {
  readonly stream: string
  readonly number: number
}

export interface KeeperParts {
  readonly context: Pick<Context, 'clock' | 'timing'>
  /** What a person should know. */
  readonly told: (message: string) => void
  readonly spool: SessionFolder
  readonly rank: Rank
  readonly host: string
  /** @returns whether it is in the spool */
  readonly record: (fact: Fact) => boolean
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
  readonly #giving = new AbortController()
  #toldCount = 0
  /** The file that is being read. */
  #reading: string | undefined
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
    if (isDone(artifact)) return
    this.#mark(origin, true)
    void this.#queue.add(() => this.#store(artifact, origin))
  }

  /** An earlier agent of this spool has done it. */
  done(origin: Origin): void {
    this.#seen.add(`${origin.stream}/${origin.number}`)
  }

  /** Resolves when no job is left, or its time is over; says what it waits for. @param until monotonic milliseconds */
  async finish(until: number): Promise<void> {
    const { clock, timing } = this.#parts.context
    const stopTelling = clock.after(timing.drainMs, () => this.#tellReading())
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
    stopTelling()
    this.stop()
  }

  /** What is not read in a while, or at once, is not read, which is recorded of each file. */
  hurry(which: Hurry): void {
    const { clock, timing } = this.#parts.context
    clock.after(which === 'all' ? 0 : timing.drainMs, () =>
      this.#giving.abort(new Error('not read: its agent was told to end first')),
    )
  }

  #tellReading(): void {
    const more = this.#queue.size
    if (this.#reading === undefined) return
    this.#parts.told(
      `reading ${this.#reading}, which was logged${more === 0 ? '' : `, and ${more} more`}; then this ends`,
    )
  }

  /** Jobs not begun are given up; their files stay where they are. */
  stop(): void {
    this.#queue.pause()
    this.#queue.clear()
  }

  async #store(artifact: Artifact, origin: Origin): Promise<void> {
    try {
      this.#giving.signal.throwIfAborted()
      this.#reading = artifact.path
      const fact = await this.#outcome(artifact, origin)
      const recorded = this.#parts.record({ type: 'artifact.stored', ...origin, ...fact })
      this.#tellProblem(artifact, fact.problem)
      // What waits in the spool is in the way of the next copies.
      if (recorded && fact.problem === undefined) this.#forget(artifact)
    } catch (error) {
      this.#parts.record({ type: 'artifact.stored', ...origin, problem: reasonOf(error) })
      this.#tellProblem(artifact, reasonOf(error))
    } finally {
      this.#reading = undefined
      this.#mark(origin, false)
    }
  }

  /** What its client saw is told by that. Of many files the first few are: the graph has them all. */
  #tellProblem({ path: file, problem: before }: Artifact, problem: string | undefined): void {
    if (problem === undefined || before !== undefined || ++this.#toldCount > toldMax) return
    this.#parts.told(`${file}: ${problem}`)
  }

  async #outcome(artifact: Artifact, origin: Origin): Promise<Outcome> {
    const source = this.#sourceOf(artifact)
    if (source === undefined) return { problem: 'the name of its spooled copy leads out of the spool' }
    const spooled = artifact.spooled !== undefined
    const there = fs.lstatSync(source, { throwIfNoEntry: false })
    if (there === undefined) return { problem: `${source} is not there any more` }
    // The worker makes files in the spool, never links: one would have us read for whoever wrote it.
    if (spooled && there.isSymbolicLink()) return { problem: 'its copy in the spool is a link' }
    const from = await openRegular(source, !spooled)
    if (from === undefined) return { problem: `${source} is no file` }
    try {
      return artifact.copy === true
        ? await this.#copy(artifact, source, from, origin)
        : await readAsLogged(artifact, from, this.#giving.signal)
    } finally {
      await from.close()
    }
  }

  async #copy(artifact: Artifact, source: string, from: FileHandle, origin: Origin): Promise<Outcome> {
    const { runDir, runId } = this.#run!
    const parts = partsOf(artifact.subfolder, artifact.name)
    if (parts === undefined) {
      return {
        problem: 'not copied: its name leads out of the run directory',
        ...(await readAsLogged(artifact, from, this.#giving.signal)),
      }
    }
    if (!isReachable(runDir, runId)) {
      const problem = `not copied: the run directory ${runDir} cannot be reached from ${this.#parts.host}`
      return { problem, ...(await readAsLogged(artifact, from, this.#giving.signal)) }
    }
    const folder = path.join(runDir, 'artifacts', `rank${this.#parts.rank}`)
    const copy = await Copy.begin(folder, `${origin.stream}-${origin.number}`)
    try {
      const found = await readAsLogged(artifact, from, this.#giving.signal, copy.handle)
      if ('problem' in found) return found
      const stored = await copy.place(parts, accessOf(artifact, source, folder), found)
      return { ...found, stored: path.relative(runDir, stored).split(path.sep).join('/') }
    } finally {
      await copy.end()
    }
  }

  #sourceOf({ spooled, path: file }: Artifact): string | undefined {
    if (spooled === undefined) return file
    const [name, ...more] = partsOf(undefined, spooled) ?? []
    return name === undefined || more.length > 0 ? undefined : path.join(this.#parts.spool.files, name)
  }

  #forget(artifact: Artifact): void {
    const copy = artifact.spooled === undefined ? undefined : this.#sourceOf(artifact)
    if (copy !== undefined) fs.rmSync(copy, { force: true })
  }

  #mark({ stream, number }: Origin, open: boolean): void {
    const numbers = this.#open.get(stream) ?? new Set<number>()
    if (open) numbers.add(number)
    else numbers.delete(number)
    this.#open.set(stream, numbers)
    this.#parts.pending(stream, numbers.size === 0 ? undefined : Math.min(...numbers))
  }
}

const toldMax = 8

/** A folder is told by its files; what was hashed and is not to be copied, or could not be read, is told already. */
function isDone({ mediaType, spooled, copy, sha256, mark, problem }: Artifact): boolean {
  if (spooled !== undefined) return false
  if (mediaType === 'inode/directory') return true
  return copy === true
    ? problem !== undefined && mark === undefined && sha256 === undefined
    : mark === undefined
}

/**
 * Reads a file as it was at the call, and copies it to `into`: what is read is what was logged, by its hash, or by its
 * mark before and after. Of anything else neither size nor hash are told.
 */
async function readAsLogged(
  artifact: Artifact,
  from: FileHandle,
  signal: AbortSignal,
  into?: FileHandle,
): Promise<Digest | Changed> {
  const { spooled, sha256, mark, size } = artifact
  const before = markOf(await from.stat({ bigint: true }))
  if (spooled === undefined && sha256 === undefined) {
    if (mark === undefined) return { problem: 'nothing of it was kept, and nothing says what it was' }
    if (before !== mark) return changed
  }
  const found = await readOnce(from, into, size, signal)
  const after = markOf(await from.stat({ bigint: true }))
  const same =
    sha256 === undefined
      ? before === after && (size === undefined || size === found.size)
      : sha256 === found.sha256
  if (same) return found
  return spooled === undefined ? changed : { problem: 'its copy in the spool is not what was logged' }
}

/** Who may read the copy of a file: by what was seen of it at the call, and by the folders above it. */
function accessOf(
  { mode, group, path: file, depth, spooled }: Artifact,
  source: string,
  beside: string,
): Access {
  // What we made in the spool ourselves has no original elsewhere.
  const made = spooled !== undefined && file === source
  const levels = Math.min(depth ?? 0, file.split('/').length)
  const folders = Array.from({ length: levels }, (_, n) => folderAbove(file, levels - 1 - n))
  return {
    mode: mode ?? 0o600,
    group,
    reach: made ? 0o077 : reachOf(file, group, beside),
    folders: folders.map((folder) => folderAccess(folder, beside)),
  }
}

function folderAbove(file: string, levels: number): string {
  return levels === 0 ? path.dirname(file) : folderAbove(path.dirname(file), levels - 1)
}

function folderAccess(folder: string, beside: string): Omit<Access, 'folders'> {
  const found = fs.statSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return { mode: 0o700, group: undefined, reach: 0 }
  return { mode: found.mode & 0o777, group: found.gid, reach: reachOf(folder, found.gid, beside) }
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
