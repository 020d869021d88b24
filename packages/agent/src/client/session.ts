import fs from 'node:fs'
import path from 'node:path'
import { limits, systemClock, systemFiles } from '@provloom/shared'
import type { Clock, SessionEnd, SessionStart } from '@provloom/shared'
import type { SpoolFolder } from '../spool/folder.ts'
import type { Fact } from '../spool/own-stream.ts'
import { present } from './present.ts'
import { WorkerStream } from './stream.ts'
import { tellOnce } from './tell.ts'

/** What `startRun` may be given; the agent's command line wins over it. */
export type SessionOptions = Omit<
  SessionStart,
  'type' | 'time' | 'pid' | 'library' | 'libraryVersion' | 'language'
>

export const libraryVersion = '0.1.0'
const lookEveryMs = 1000
const problemsMax = 100

/** A worker's part of a run, from `startRun` to `endRun`, in one thread. */
export class Session {
  readonly spool: SpoolFolder
  readonly clock: Clock
  readonly stream: WorkerStream
  /** Where runs are saved, when the script says. */
  readonly saveDir: string | undefined
  readonly #counts = new Map<string, number>()
  readonly #problems = new Set<string>()
  #wanted = true
  #lookedMs = -Infinity
  #control = ''

  /** @throws {ProvloomError} `LOG_FAILED` when the stream cannot be made */
  constructor(spool: SpoolFolder, options: SessionOptions, clock: Clock = systemClock()) {
    this.spool = spool
    this.saveDir = options.provenanceSaveDir
    this.clock = clock
    this.stream = new WorkerStream(clock, systemFiles(), spool)
    this.record({
      type: 'session.start',
      pid: process.pid,
      library: '@provloom/agent',
      libraryVersion,
      language: 'javascript',
      ...options,
    })
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

  end(status: SessionEnd['status'], error?: string, createGraph = false, createSvg = false): void {
    const tail = error === undefined || error === '' ? undefined : error.slice(-limits.errorTailBytes)
    const graph = createGraph || createSvg ? true : undefined
    this.record({
      type: 'session.end',
      status,
      ...present({ error: tail, createGraph: graph, createSvg: createSvg ? true : undefined }),
    })
    this.stream.close()
    this.#wanted = false
  }

  #look(): void {
    const file = path.join(this.spool.root, 'control.json')
    const found = fs.statSync(file, { throwIfNoEntry: false })
    if (found === undefined) return
    const mark = `${found.ino} ${found.mtimeMs} ${found.size}`
    if (mark === this.#control) return
    try {
      const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
      const state = typeof value === 'object' && value !== null && 'state' in value ? value.state : undefined
      this.#control = mark
      if (state !== 'quiet' && state !== 'closed') return
      this.#wanted = false
      this.stream.close()
    } catch {
      // Half written or gone: looked at again in a second.
    }
  }
}
