import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import PQueue from 'p-queue'
import { isCode, limits, reasonOf, systemCode } from '@provloom/shared'
import type { Artifact, ArtifactStored, Dataset, Rank, RunId } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { Hurry } from '../publish/patience.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { Origin, SourceWriter } from '../source/event-source.ts'
import { Wake } from '../wake.ts'
import type { AskedOnce } from '../source/asked-once.ts'
import { accessOf, isDone, isFolderRead, readAsLogged } from './as-logged.ts'
import { digestOf, isFolder } from './folder-digest.ts'
import { NotYet } from './not-yet.ts'
import { identities } from './ours.ts'
import { copyName, partsOf } from './place.ts'
import { Copy, openRegular, sharedCopy } from './store.ts'
import type { Digest, Placed } from './store.ts'

type Outcome = Omit<ArtifactStored, 'type' | 'time' | 'stream' | 'number'>

export interface KeeperParts {
  readonly context: Pick<Context, 'clock' | 'timing'>
  readonly spool: SessionFolder
  readonly rank: Rank
  readonly host: string
  readonly writer: Pick<SourceWriter, 'record'>
  /** Who reads a folder for all that want to know of it. */
  readonly once?: AskedOnce
  readonly listener: (event: KeeperEvent) => void
}

export type KeeperEvent =
  /** Of a stream the lowest number whose artifact is not done: its record stays. Undefined when all are. */
  | { readonly kind: 'holds'; readonly stream: string; readonly from: number | undefined }
  | { readonly kind: 'trouble'; readonly message: string }

interface Job {
  readonly artifact: Artifact
  readonly origin: Origin
  /** It is what ranks read, and may be large: files that were made do not wait for it. */
  readonly digest: boolean
}

/** In which `stat` counts. */
const blockBytes = 512
/** A file for which the run directory had no room is tried again so often. */
const againMs = 1_000

/**
 * Hashes logged files and copies them into the run directory, one after the other, and records what became of each.
 * Jobs wait here; events never do. What could not be stored and may be later is recorded as nothing: it is tried again,
 * and its event stays in the spool.
 */
export class ArtifactKeeper {
  readonly #parts: KeeperParts
  readonly #queue: PQueue = new PQueue({ concurrency: 1, autoStart: false })
  readonly #digests: PQueue = new PQueue({ concurrency: 1, autoStart: false })
  readonly #seen = new Set<string>()
  readonly #open = new Map<string, Set<number>>()
  readonly #giving = new AbortController()
  #toldCount = 0
  readonly #holes = new AbortController()
  readonly #late = new AbortController()
  readonly #moved: Wake
  /** Not stored, for what may be over later. */
  #unstored: Job[] = []
  #why: string | undefined
  #again: (() => void) | undefined
  #patient = true
  #progressMs = 0
  /** The file that is being read. */
  #reading: string | undefined
  #run: { readonly runId: RunId; readonly runDir: string } | undefined
  /** The run directory was seen from here: where it is not any more it was removed, or its disk is away. */
  #wasReached = false

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#moved = new Wake(parts.context.clock)
  }

  /** Why logged files are not in the run directory, though they may be later; undefined where none waits. */
  get unstored(): string | undefined {
    const left = this.#left
    if (left === 0) return undefined
    const files = left === 1 ? '1 logged file is' : `${left} logged files are`
    return `${files} not in the run directory yet: ${this.#why ?? 'there was no time to copy them'}`
  }

  /** Whether the run is known. */
  get isBegun(): boolean {
    return this.#run !== undefined
  }

  /** The run is known: jobs may begin. */
  begin(runId: RunId, runDir: string): void {
    this.#run = { runId, runDir }
    this.#wasReached ||= lookAt(runDir, runId) === 'there'
    this.#queue.start()
    this.#digests.start()
  }

  /** Takes on a logged file, once, whenever its event is read again. */
  keep(artifact: Artifact, { stream, number }: Origin): void {
    const origin = { stream, number }
    const id = `${origin.stream}/${origin.number}`
    if (this.#seen.has(id)) return
    this.#seen.add(id)
    const digest = isFolderRead(artifact)
    if (isDone(artifact) && !digest) return
    this.#mark(origin, true)
    this.#add({ artifact, origin, digest })
  }

  /** Takes on the folder or file of a data set whose client had no time to read it. */
  keepDataset(
    { time, label, path, size, sha256, direction = 'input' }: Dataset,
    { stream, number }: Origin,
  ): void {
    const id = `${stream}/${number}`
    if (path === undefined || sha256 !== undefined || this.#seen.has(id)) return
    // Of what was no file or folder its client has told.
    if (size === undefined && !isFolder(path)) return
    this.#seen.add(id)
    const about = { name: label, kind: 'dataset', role: direction, path } as const
    const artifact: Artifact = { type: 'artifact', time, ...about, ...(size === undefined ? {} : { size }) }
    this.#mark({ stream, number }, true)
    this.#add({ artifact, origin: { stream, number }, digest: true })
  }

  /** An earlier agent of this spool has done it. */
  done(origin: Origin): void {
    this.#seen.add(`${origin.stream}/${origin.number}`)
  }

  /**
   * Resolves when no job is left; says what it waits for.
   *
   * @param until monotonic milliseconds
   * @param patienceMs what could not be stored is tried again for so long while nothing gets stored
   * @returns whether all is done; what is not stays in the spool
   */
  async finish(until: number, patienceMs: number): Promise<boolean> {
    const { clock, timing } = this.#parts.context
    const stopTelling = clock.after(timing.drainMs, () => this.#tellReading())
    const stopHoles = clock.after(timing.holesMs, () => {
      this.#holes.abort(new Error('not read: it is nearly all holes, and there was no time for all of them'))
      this.#late.abort(new Error('not read: there was no time for all of it'))
    })
    this.#progressMs = clock.monotonicMs()
    this.#tryAgain()
    while (this.#run !== undefined && this.unstored !== undefined) {
      const now = clock.monotonicMs()
      const waits = this.#patient && now - this.#progressMs < patienceMs
      if (now >= until || (this.#isIdle && !waits)) break
      await this.#moved.wait(Math.min(until - now, againMs))
    }
    stopTelling()
    stopHoles()
    return this.unstored === undefined
  }

  /** What is not read in a while, or at once, is not read, which is recorded of each file that stays where it is. */
  hurry(which: Hurry): void {
    const { clock, timing } = this.#parts.context
    this.#patient = false
    this.#moved.ring()
    clock.after(which === 'all' ? 0 : timing.drainMs, () =>
      this.#giving.abort(new Error('not read: its agent was told to end first')),
    )
  }

  #tellReading(): void {
    const more = this.#waiting
    if (this.#reading === undefined) return
    this.#tell(
      `reading ${this.#reading}, which was logged${more === 0 ? '' : `, and ${more} more`}; then this ends (Ctrl-C or SIGTERM: without them)`,
    )
  }

  /** Jobs not begun are given up; their files stay where they are. */
  stop(): void {
    this.#again?.()
    for (const queue of [this.#queue, this.#digests]) {
      queue.pause()
      queue.clear()
    }
  }

  get #left(): number {
    return [...this.#open.values()].reduce((sum, numbers) => sum + numbers.size, 0)
  }

  get #isIdle(): boolean {
    return this.#waiting + this.#queue.pending + this.#digests.pending === 0
  }

  get #waiting(): number {
    return this.#queue.size + this.#digests.size
  }

  #add(job: Job): void {
    const queue = job.digest ? this.#digests : this.#queue
    void queue.add(() => this.#store(job)).then(() => this.#moved.ring())
  }

  /** Those that have waited since the last time; each says anew where it stands. */
  #tryAgain(): void {
    this.#again?.()
    this.#again = undefined
    for (const job of this.#unstored.splice(0)) this.#add(job)
  }

  /** It is the same for the files behind it, more often than not: it is said once, and again when it is over. */
  #putOff(job: Job, why: string): void {
    this.#unstored.push(job)
    if (this.#why === undefined) {
      const last = this.#giving.signal.aborted ? '' : '; it is tried again'
      this.#tell(`${nameOf(job.artifact)} cannot be copied into the run directory now: ${why}${last}`)
    }
    this.#why = why
    this.#again ??= this.#parts.context.clock.after(againMs, () => this.#tryAgain())
  }

  #noteStored(): void {
    this.#progressMs = this.#parts.context.clock.monotonicMs()
    if (this.#why === undefined || this.#left > 1) return
    this.#why = undefined
    this.#tell('logged files are copied into the run directory again')
  }

  async #store(job: Job): Promise<void> {
    const { artifact, origin } = job
    try {
      this.#giving.signal.throwIfAborted()
      this.#reading = nameOf(artifact)
      const fact = await (job.digest ? this.#digestOf(artifact) : this.#outcome(artifact, origin))
      const recorded = this.#parts.writer.record({ type: 'artifact.stored', ...origin, ...fact })
      this.#tellProblem(artifact, fact.problem)
      // What waits in the spool is in the way of the next copies.
      if (recorded && fact.problem === undefined) this.#forget(artifact)
      this.#noteStored()
    } catch (error) {
      // The only copy there is, maybe: whoever hands the session in has the time that there was not here.
      const isKept = artifact.spooled !== undefined && this.#giving.signal.aborted
      if (error instanceof NotYet || isKept) return this.#putOff(job, reasonOf(error))
      this.#parts.writer.record({ type: 'artifact.stored', ...origin, problem: reasonOf(error) })
      this.#tellProblem(artifact, reasonOf(error))
    } finally {
      this.#reading = undefined
    }
    this.#mark(origin, false)
  }

  #tell(message: string): void {
    this.#parts.listener({ kind: 'trouble', message })
  }

  /** What its client saw is told by that. Of many files the first few are: the graph has them all. */
  #tellProblem(artifact: Artifact, problem: string | undefined): void {
    if (problem === undefined || artifact.problem !== undefined || ++this.#toldCount > toldMax) return
    this.#tell(`${nameOf(artifact)}: ${problem}`)
  }

  async #outcome(artifact: Artifact, origin: Origin): Promise<Outcome> {
    const source = this.#sourceOf(artifact)
    if (source === undefined)
      return {
        problem:
          artifact.spooled === undefined
            ? 'nothing of it was kept'
            : 'the name of its spooled copy leads out of the spool',
      }
    const spooled = artifact.spooled !== undefined
    const there = fs.lstatSync(source, { throwIfNoEntry: false })
    if (there === undefined) return { problem: `${source} is not there any more` }
    // The worker makes files in the spool, never links: one would have us read for whoever wrote it.
    if (spooled && there.isSymbolicLink()) return { problem: 'its copy in the spool is a link' }
    const from = await openRegular(source, !spooled)
    if (from === undefined) return { problem: `${source} is no file` }
    try {
      return artifact.copy === true
        ? await this.#copy(artifact, from, origin)
        : await readAsLogged(artifact, from, await this.#signalOf(artifact, from))
    } finally {
      await from.close()
    }
  }

  /** Of what ranks read where it is: not waited for without end. */
  #digestOf({ path: place = '', size }: Artifact): Promise<Outcome> {
    const known = identities([path.dirname(this.#run?.runDir ?? '')])
    const signal = AbortSignal.any([this.#giving.signal, this.#late.signal])
    return digestOf({ place, sizeThen: size, known, once: this.#parts.once, signal })
  }

  async #copy(artifact: Artifact, from: FileHandle, origin: Origin): Promise<Outcome> {
    const { runDir, runId } = this.#run!
    const parts = partsOf(artifact.subfolder, copyName(artifact.name, artifact.path))
    if (parts === undefined) {
      return {
        problem: 'not copied: its name leads out of the run directory',
        ...(await readAsLogged(artifact, from, await this.#signalOf(artifact, from))),
      }
    }
    const seen = lookAt(runDir, runId)
    this.#wasReached ||= seen === 'there'
    if (seen !== 'there') {
      if (seen === 'away' || this.#wasReached) throw new NotYet(`${runDir} cannot be reached any more`)
      const problem = `not copied: the run directory ${runDir} cannot be reached from ${this.#parts.host}`
      return { problem, ...(await readAsLogged(artifact, from, await this.#signalOf(artifact, from))) }
    }
    const shared = isCode(artifact.kind)
    const folder = shared
      ? path.join(runDir, 'code')
      : path.join(runDir, 'artifacts', `rank${this.#parts.rank}`)
    // Of what a thousand ranks have alike one writes it.
    const there = shared ? await sharedCopy(folder, parts, accessOf(artifact, folder), artifact) : undefined
    if (there !== undefined) return storedAs(runDir, there, there.found)
    const { size, blocks } = await from.stat()
    const copy = await Copy.begin(
      runDir,
      folder,
      `${origin.stream}-${origin.number}`,
      Math.min(size, blocks * blockBytes),
    )
    try {
      const found = await readAsLogged(artifact, from, await this.#signalOf(artifact, from), copy.handle)
      if ('problem' in found) return found
      return storedAs(
        runDir,
        await copy.place(parts, accessOf(artifact, folder), found, shared ? 'shared' : 'own'),
        found,
      )
    } finally {
      await copy.end()
    }
  }

  /** Which ends its reading. What waits in the spool has no other original. */
  async #signalOf({ spooled }: Artifact, from: FileHandle): Promise<AbortSignal> {
    const { size, blocks } = await from.stat()
    const isHoles =
      spooled === undefined && size > limits.artifactInlineBytesMax && blocks * blockBytes < size / 16
    return isHoles ? AbortSignal.any([this.#giving.signal, this.#holes.signal]) : this.#giving.signal
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
    const from = numbers.size === 0 ? undefined : Math.min(...numbers)
    this.#parts.listener({ kind: 'holds', stream, from })
  }
}

const toldMax = 8

function nameOf({ path: file, name }: Artifact): string {
  return file ?? name
}

function storedAs(runDir: string, { file, mode }: Placed, { size, sha256 }: Digest): Outcome {
  return { size, sha256, stored: path.relative(runDir, file).split(path.sep).join('/'), mode }
}

/** Whether this machine sees the run directory: its `run.json` names the same run. `away`: its disk does not say. */
function lookAt(runDir: string, runId: RunId): 'there' | 'absent' | 'away' {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8'))
    const isSame = typeof value === 'object' && value !== null && 'runId' in value && value.runId === runId
    return isSame ? 'there' : 'absent'
  } catch (error) {
    const code = systemCode(error)
    return code === undefined || code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'away'
  }
}
