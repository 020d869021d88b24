import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, limits, reasonOf, removeFolder } from '@provloom/shared'
import type { Said } from '../said.ts'
import type { Owner } from './entry.ts'
import { Handover } from './handover.ts'
import type { Tally } from './handover.ts'
import { Known } from './known.ts'
import { Outbox, OutboxReader } from './outbox.ts'
import { leave, own } from './owner.ts'
import type { Server } from './server.ts'

export interface ForwarderOptions {
  /** Absolute; of this outbox alone. It is there only as long as something is to be handed on. */
  readonly folder: string
  readonly server: Server
  /** A person, of what they should know. */
  readonly tell: (message: string) => void
  /** Whether a run's rank is collected; undefined while that is not known. All are unless given. */
  readonly isWanted?: (rank: number, session: string | undefined) => boolean | undefined
  /** A run is there, and where it can be seen. */
  readonly madeRun?: (rank: number, runId: string, page: string) => void
  /** What waits for the server at most; `limits.mlflowForwardBytesMax` unless given. */
  readonly bytesMax?: number
  /** How long it waits after the first failure, and twice as long after each further one; tests shorten it. */
  readonly againMs?: number
}

/** What became of what was to be handed on. */
export interface HandedOn extends Tally {
  /** Entries that are kept in the folder. */
  readonly left: number
  /** Those that found no room on disk. */
  readonly dropped: number
  /** Why something is left, as the server or the way to it said last. */
  readonly reason: string | undefined
}

const format = 1
const lookMs = 500
const gatherMs = 200
const againMsDefault = 500
const pauseLongestMs = 30_000
const entriesAtOnce = 5_000

/**
 * Hands on to a server what is in an outbox: in order, in the background, as long as it takes. Each request that nobody knows
 * the outcome of is looked for on the server before it is made again.
 */
export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #outbox: Outbox
  readonly #known: Known
  readonly #reader: OutboxReader
  readonly #handover: Handover
  readonly #againMs: number
  #running: Promise<void> | undefined
  #wake: () => void = () => {}
  #ends = false
  #stopped = false
  #unsure = true
  #movedMs = performance.now()
  #reason: string | undefined
  #tries = 0

  constructor(options: ForwarderOptions) {
    const { folder, server, tell, bytesMax } = options
    this.#options = options
    this.#againMs = options.againMs ?? againMsDefault
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!own(folder)) throw new Error(`another process hands on ${folder}`)
    fs.writeFileSync(targetIn(folder), JSON.stringify({ format, uri: server.uri }), { mode: 0o600 })
    this.#known = new Known(folder)
    this.#outbox = new Outbox(folder, tell, bytesMax)
    this.#reader = new OutboxReader(folder, this.#known.next)
    const isWanted = (rank: number, session: string | undefined): boolean | undefined =>
      options.isWanted === undefined
        ? true
        : (options.isWanted(rank, session) ?? (this.#ends ? false : undefined))
    this.#handover = new Handover({
      folder,
      server,
      known: this.#known,
      isWanted,
      tell,
      madeRun: options.madeRun,
    })
  }

  /** What a rank has said is to be handed on. @param session folder of the session that it is recorded in */
  said(rank: number, said: Said, session: string | undefined): void {
    this.#outbox.add({ kind: 'said', rank, said, ...(session === undefined ? {} : { session }) })
  }

  /** @param below path below the owner's artifacts */
  file(rank: number, owner: Owner, below: string, file: string): void {
    this.#outbox.addFile(rank, owner, below, file)
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Something goes on, such as a large file. */
  moved(): void {
    this.#movedMs = performance.now()
  }

  /**
   * No more is said: what is left is handed on for as long as something moves, and no longer than told; what is left then is
   * kept. Nothing of the folder stays where nothing is left.
   */
  async finish(
    endMs: number = limits.mlflowForwardEndMs,
    stillMs: number = limits.endStillMs,
  ): Promise<HandedOn> {
    this.#ends = true
    this.moved()
    this.start()
    this.#wake()
    const until = performance.now() + endMs
    const watch = setInterval(() => {
      const now = performance.now()
      if (now >= until || now - this.#movedMs >= stillMs) this.#stop()
    }, 100)
    await this.#running
    clearInterval(watch)
    return this.#close()
  }

  #stop(): void {
    this.#stopped = true
    this.#options.server.close()
    this.#wake()
  }

  async #close(): Promise<HandedOn> {
    const { folder, server } = this.#options
    this.#stopped = true
    this.#outbox.close()
    const waiting = await this.#reader.look(Number.MAX_SAFE_INTEGER).catch(() => [])
    this.#reader.close()
    server.close()
    if (waiting.length === 0) removeOutbox(folder)
    else leave(folder)
    return {
      ...this.#handover.tally,
      left: waiting.length,
      dropped: this.#outbox.dropped,
      reason: waiting.length === 0 ? undefined : this.#reason,
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const pauseMs = await this.#step().catch((error: unknown) => {
        this.#options.tell(`handing on to the MLflow server: ${reasonOf(error)}`)
        return pauseLongestMs
      })
      if (pauseMs === undefined) return
      if (pauseMs > 0) await this.#pause(this.#ends ? Math.min(pauseMs, this.#againMs) : pauseMs)
    }
  }

  /** @returns how long to wait for the next; undefined when there is no other */
  async #step(): Promise<number | undefined> {
    const found = await this.#reader.look(entriesAtOnce)
    if (found.length === 0) return this.#ends ? undefined : lookMs
    const outcome = await this.#handover.take(
      found.map(({ entry }) => entry),
      this.#unsure,
    )
    if (outcome.kind === 'later') return this.#later(outcome)
    this.#taken(outcome.count)
    return this.#ends || found.length > outcome.count ? 0 : gatherMs
  }

  #taken(count: number): void {
    this.#unsure = false
    this.#tries = 0
    this.#reason = undefined
    this.moved()
    this.#reader.take(count)
    this.#known.move(this.#reader.next)
    this.#outbox.release(this.#reader.next)
  }

  #later({ reason, isTheirs }: { readonly reason: string; readonly isTheirs?: boolean }): number {
    const { server, tell } = this.#options
    this.#unsure = true
    // What is given up at the end hangs up by itself.
    if (!this.#stopped) this.#reason = reason
    this.#tries++
    if (isTheirs === true && this.#tries >= limits.mlflowForwardTriesMax) {
      this.#handover.giveUp(reason)
      this.#taken(1)
      return 0
    }
    if (isTheirs !== undefined && !this.#stopped)
      tell(
        `the MLflow server at ${server.uri} takes nothing now (${reason}): what is for it is kept until it does`,
      )
    return Math.min(pauseLongestMs, this.#againMs * 2 ** Math.min(this.#tries - 1, 10))
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function targetIn(folder: string): string {
  return path.join(folder, 'target.json')
}

/** The server that a folder is for; undefined of one that is no outbox. */
export function targetOf(folder: string): string | undefined {
  try {
    const fields = fieldsIn(fs.readFileSync(targetIn(folder), 'utf8'))
    const uri = fields.get('uri')
    return fields.get('format') === format && typeof uri === 'string' ? uri : undefined
  } catch {
    return undefined
  }
}

function removeOutbox(folder: string): void {
  try {
    removeFolder(folder)
    fs.rmdirSync(path.dirname(folder))
  } catch {
    // Others are beside it.
  }
}
