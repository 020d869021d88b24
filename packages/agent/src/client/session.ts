import fs from 'node:fs'
import path from 'node:path'
import { limits, systemClock, systemFiles } from '@provloom/shared'
import type { Clock, Event, SessionEnd, SessionStart } from '@provloom/shared'
import { treeOf } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { Fact } from '../spool/own-stream.ts'
import { startOf } from '../tree/processes.ts'
import { readControl } from './control.ts'
import { libraryVersion } from './library.ts'
import { present } from './present.ts'
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
  readonly #counts = new Map<string, number>()
  readonly #problems = new Set<string>()
  #wanted = true
  #lookedMs = -Infinity
  #control = ''
  #told = 0

  /** @throws {ProvloomError} `LOG_FAILED` when the stream cannot be made */
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
    this.stream = new WorkerStream(clock, systemFiles(), spool)
    this.stream.event(how === 'helper' ? this.#helperEvent() : this.#startEvent(how.options))
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
    {
      error,
      exitCode,
      createGraph,
      createSvg,
    }: Partial<Pick<SessionEnd, 'error' | 'exitCode' | 'createGraph' | 'createSvg'>> = {},
  ): void {
    const tail = error === undefined || error === '' ? undefined : error.slice(-limits.errorTailBytes)
    const graph = createGraph === true || createSvg === true ? true : undefined
    if (!this.helper) {
      this.record({
        type: 'session.end',
        status,
        by,
        ...present({
          error: tail,
          exitCode,
          createGraph: graph,
          createSvg: createSvg === true ? true : undefined,
        }),
      })
    }
    this.stream.close()
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

  #leaveCurrent(): void {
    const file = path.join(treeOf(this.spool), `current-${process.pid}`)
    try {
      if (fs.readFileSync(file, 'utf8') === this.spool.id) fs.rmSync(file)
    } catch {
      // Another session is the newest, or the agent has cleared the tree away.
    }
  }

  #look(): void {
    this.stream.look()
    const control = readControl(this.spool)
    if (control === undefined || control.mark === this.#control) return
    this.#control = control.mark
    this.tellNotices()
    if (control.state !== 'quiet' && control.state !== 'ended') return
    this.#wanted = false
    this.stream.close()
  }
}
