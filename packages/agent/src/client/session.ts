import fs from 'node:fs'
import path from 'node:path'
import { limits, systemClock } from '@provloom/shared'
import type { Clock, Event, SessionEnd, SessionStart } from '@provloom/shared'
import { removeSession, treeOf } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { Fact } from '../spool/own-stream.ts'
import { startOf } from '../tree/processes.ts'
import { readControl } from './control.ts'
import { tellDropped, tellDropping } from './drops.ts'
import { libraryVersion } from './library.ts'
import { MadeAgain } from './made-again.ts'
import { present } from './present.ts'
import { runNameOf } from './run-name.ts'
import { putSpare } from './spare.ts'
import { WorkerStream } from './stream.ts'
import { tellOnce } from './tell.ts'

/** What `startRun` may be given; the agent's command line wins over it. */
export type SessionOptions = Omit<
  SessionStart,
  'type' | 'time' | 'session' | 'pid' | 'library' | 'libraryVersion' | 'language'
>

const lookEveryMs = 1000
const problemsMax = 100

/** This thread's part of a session: its own, from `startRun` to `endRun`, or a helper's of one that it was handed. */
export class Session {
  readonly spool: SessionFolder
  readonly clock: Clock
  readonly stream: WorkerStream
  /** A helper's end ends only its stream. */
  readonly helper: boolean
  /** What there is to say nobody else says. */
  readonly plain: boolean
  /** Where runs are saved, when the script says. */
  readonly saveDir: string | undefined
  readonly #options: SessionOptions | undefined
  readonly #counts = new Map<string, number>()
  readonly #problems = new Set<string>()
  #wanted = true
  #lookedMs = -Infinity
  #control = ''
  #message: string | undefined
  #told = 0

  /** Throws the system's error when the disk does not take its first record. */
  constructor(
    spool: SessionFolder,
    how: { readonly options: SessionOptions; readonly plain: boolean } | 'helper',
    clock: Clock = systemClock(),
  ) {
    this.spool = spool
    this.saveDir = how === 'helper' ? undefined : how.options.provenanceSaveDir
    this.clock = clock
    this.helper = how === 'helper'
    this.plain = how !== 'helper' && how.plain
    this.#options = how === 'helper' ? undefined : how.options
    const again = how === 'helper' ? undefined : new MadeAgain(spool)
    this.stream = new WorkerStream(clock, {
      spool,
      first: () => (how === 'helper' ? this.#helperEvent() : this.#startEvent(how.options)),
      makeAgain: () => again?.make(),
      removal: () => this.#removalEvent(),
      tellDropping: (reason, detail) =>
        tellDropping(spool, reason, reason === 'ended' ? this.#message : detail),
    })
    if (how === 'helper') return
    try {
      this.stream.open()
    } catch (error) {
      // Of what nobody can record into nothing stays.
      removeSession(spool)
      throw error
    }
    putSpare(spool)
  }

  /** Whether what is logged is recorded: not where the agent does not want this rank, nor when its run has ended. */
  get active(): boolean {
    return this.wanted && !this.stream.over
  }

  /** Whether the agent still wants this rank: looks at control.json at most once a second. */
  get wanted(): boolean {
    const now = this.clock.monotonicMs()
    if (this.#wanted && now - this.#lookedMs >= lookEveryMs) {
      this.#lookedMs = now
      this.#look()
    }
    return this.#wanted
  }

  /** Records a fact; what cannot be kept is counted. */
  record(fact: Fact): void {
    if (this.wanted) this.stream.event({ time: this.clock.nowUs(), ...fact })
  }

  /** 0, 1, 2, ... for each thing counted. */
  count(what: string): number {
    const number = this.#counts.get(what) ?? 0
    this.#counts.set(what, number + 1)
    return number
  }

  /** Something is wrong with a call: told once per code and thing, and recorded. */
  problem(code: string, message: string, about = ''): void {
    const mark = `${code} ${about}`
    if (this.#problems.has(mark) || this.#problems.size >= problemsMax) return
    this.#problems.add(mark)
    tellOnce(`problem ${mark}`, message)
    this.record({ type: 'problem', code, message: message.slice(0, 4000) })
  }

  /** What was given to a call cannot be recorded: that is counted, and told like any problem. */
  refuse(reason: string, code: string, message: string, about = ''): void {
    this.stream.lose(reason)
    this.problem(code, message, about)
  }

  end(
    status: SessionEnd['status'],
    by: SessionEnd['by'],
    error?: string,
    createGraph = false,
    createSvg = false,
  ): void {
    const tail = error === undefined || error === '' ? undefined : error.slice(-limits.errorTailBytes)
    const graph = createGraph || createSvg ? true : undefined
    const more = present({ error: tail, createGraph: graph, createSvg: createSvg ? true : undefined })
    const end = { type: 'session.end', time: this.clock.nowUs(), status, by, ...more } as const
    if (this.wanted) {
      this.stream.close(this.helper ? undefined : end)
      if (this.stream.drops.size > 0) tellDropped(runNameOf(this.spool, this.#options), this.stream.drops)
    }
    this.#wanted = false
    if (!this.helper) this.#leaveCurrent()
  }

  /** What the agent would say to a person, where nobody reads what it says: each once. */
  tellNotices(): void {
    const notices = this.plain ? (readControl(this.spool)?.notices ?? []) : []
    for (const notice of notices.slice(this.#told)) tellOnce(`notice ${notice}`, notice)
    this.#told = Math.max(this.#told, notices.length)
  }

  #startEvent(options: SessionOptions): Event {
    return {
      type: 'session.start',
      time: this.clock.nowUs(),
      session: this.spool.id,
      pid: process.pid,
      library: '@provloom/agent',
      libraryVersion,
      language: 'javascript',
      ...options,
    }
  }

  #helperEvent(): Event {
    return { type: 'helper', time: this.clock.nowUs(), pid: process.pid, start: startOf(process.pid) }
  }

  #removalEvent(): Event {
    const message = `the spool ${this.spool.root} was removed while it was written; it is made again`
    tellOnce('removed', message)
    return { type: 'problem', time: this.clock.nowUs(), code: 'SPOOL_REMOVED', message }
  }

  #leaveCurrent(): void {
    const file = path.join(treeOf(this.spool), `current-${process.pid}`)
    try {
      if (fs.readFileSync(file, 'utf8') === this.spool.id) fs.rmSync(file)
    } catch {
      // Another session is the newest, or the agent has cleared the tree away.
    }
  }

  #look(): void {
    const control = readControl(this.spool)
    if (control !== undefined && control.mark !== this.#control) {
      this.#control = control.mark
      this.#message = control.message
      this.tellNotices()
      this.#wanted = control.state !== 'quiet'
      if (!this.#wanted) this.stream.leave()
      if (control.state === 'ended') this.stream.end()
    }
    this.stream.look()
  }
}
