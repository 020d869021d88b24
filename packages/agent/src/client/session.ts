import fs from 'node:fs'
import path from 'node:path'
import { limits, systemClock, version } from '@provloom/shared'
import type { Clock, Event, ProblemCode, SessionEnd, SessionStart } from '@provloom/shared'
import { maskTail } from '../secrets.ts'
import { removeSession, treeOf } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { Fact } from '../spool/own-stream.ts'
import { messageOf, withoutSecrets } from '../told.ts'
import { startOf } from '../tree/processes.ts'
import { readControl } from './control.ts'
import { tellDropped, tellDropping } from './drops.ts'
import type { Parent } from './inherit.ts'
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

/**
 * own: of this thread's startRun · helper: in another one's · rank: of a process that was found to be a rank of its own
 * while it helped
 */
export type SessionKind = 'own' | 'helper' | 'rank'

/** Who says what is recorded, where that is another process than this one. */
export interface Author {
  readonly pid: number
  readonly library: string
  readonly libraryVersion: string
  readonly language: string
}

export interface SessionParts {
  readonly kind: SessionKind
  readonly author?: Author
  readonly options: SessionOptions
  readonly plain?: boolean
  readonly follows?: Parent | undefined
  readonly inherited?: string | undefined
  readonly script?: string | undefined
}

const lookEveryMs = 1000

const ownAuthor: Author = {
  pid: process.pid,
  library: '@provloom/agent',
  libraryVersion: version,
  language: 'javascript',
}

/** This thread's part of a session: its own, from `startRun` to `endRun`, or a helper's of another one's. */
export class Session {
  readonly spool: SessionFolder
  readonly clock: Clock
  readonly stream: WorkerStream
  readonly options: SessionOptions
  /** Whose session it is, where it is not this thread's to end alone. */
  follows: Parent | undefined
  /** The session above, when this one began. */
  readonly inherited: string | undefined
  /** The file of the user's code, which is recorded when the session begins. */
  readonly script: string | undefined
  kind: SessionKind
  followedMs: number = -Infinity
  rankedMs: number = -Infinity
  /** What there is to say nobody else says. */
  readonly plain: boolean
  /** Where runs are saved, when the script says. */
  readonly saveDir: string | undefined
  /** Where the startRuns stand that have not been ended, the first one's own before. */
  readonly #holds: string[] = []
  readonly #author: Author
  readonly #counts = new Map<string, number>()
  readonly #steps = new Map<string | undefined, number | bigint>()
  readonly #lengths = new Map<string, number>()
  readonly #ends = new Map<string, number>()
  readonly #problems = new Set<string>()
  #wanted = true
  #lookedMs = -Infinity
  #control = ''
  #message: string | undefined
  #told = 0
  #isKept = false

  /** Throws the system's error when the disk does not take its first record. */
  constructor(
    spool: SessionFolder,
    { kind, options, plain = false, follows, inherited, script, author = ownAuthor }: SessionParts,
    clock: Clock = systemClock(),
  ) {
    this.spool = spool
    this.options = options
    this.kind = kind
    this.follows = follows
    this.inherited = inherited
    this.script = script
    this.saveDir = kind === 'helper' ? undefined : options.provenanceSaveDir
    this.clock = clock
    this.plain = plain
    this.#author = author
    const own = kind !== 'helper'
    const again = own ? new MadeAgain(spool) : undefined
    this.stream = new WorkerStream(clock, {
      spool,
      pid: author.pid,
      first: () => (own ? this.#startEvent(options) : this.#helperEvent()),
      makeAgain: () => again?.make(),
      removal: () => this.#removalEvent(),
      tellDropping: (reason, detail) =>
        tellDropping(spool, reason, reason === 'ended' ? this.#message : detail),
    })
    if (!own) return
    try {
      this.stream.open()
    } catch (error) {
      // Of what nobody can record into nothing stays.
      removeSession(spool)
      throw error
    }
    putSpare(spool)
  }

  /** A startRun of a process that was found to be a rank: the session is its own from now on. */
  adopt(line: string): void {
    this.kind = 'own'
    this.follows = undefined
    this.hold(line)
  }

  /**
   * A startRun while this session is open. From the first one's line, or by a person who types, the run before was
   * forgotten; from another line it is one inside the other.
   */
  hold(line: string): 'held' | 'again' {
    const [first] = this.#holds
    if (first !== undefined && (line === first || isTyped(line)) && line !== '') return 'again'
    if (line === '' || !this.#holds.includes(line)) this.#holds.push(line)
    return 'held'
  }

  /** An endRun. @returns whether it was the last */
  release(): boolean {
    this.#holds.pop()
    return this.#holds.length === 0
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
    if (this.wanted) this.stream.event({ time: this.clock.nowUs(), ...withoutSecrets(fact) })
  }

  /** 0, 1, 2, ... for each thing counted. */
  count(what: string): number {
    const number = this.#counts.get(what) ?? 0
    this.#counts.set(what, number + 1)
    return number
  }

  /** How many values the first list of a metric had, where this one is not that. */
  lengthBefore(metric: string, length: number): number {
    const before = this.#lengths.get(metric) ?? length
    this.#lengths.set(metric, before)
    return before
  }

  /** The number of a context's next step, where the script does not say it. */
  nextStep(context: string | undefined): number | bigint {
    return this.#steps.get(context) ?? 0
  }

  /** Steps of a context are counted on from this one. */
  numberStep(context: string | undefined, number: number | bigint): void {
    this.#steps.set(context, typeof number === 'bigint' ? number + 1n : number + 1)
  }

  /** Whether steps of a context end elsewhere than was told last. */
  isNewEnd(context: string | undefined, source: string, end: number): boolean {
    const key = `${source} ${context ?? ''}`
    if (this.#ends.get(key) === end) return false
    this.#ends.set(key, end)
    return true
  }

  /** Something is wrong with a call: told once per code and thing, and recorded. */
  problem(code: ProblemCode, message: string, about = ''): void {
    const mark = `${code} ${about}`
    if (this.#problems.has(mark) || this.#problems.size >= limits.problemsMax) return
    this.#problems.add(mark)
    const shown = messageOf(message)
    tellOnce(`problem ${mark}`, shown)
    this.record({ type: 'problem', code, message: shown })
  }

  /** What was given to a call cannot be recorded: that is counted, and told like any problem. */
  refuse(reason: string, code: ProblemCode, message: string, about = ''): void {
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
    const tail = error === undefined || error === '' ? undefined : maskTail(error, limits.errorTailBytes)
    const graph = createGraph === true || createSvg === true ? true : undefined
    const svg = createSvg === true ? true : undefined
    const more = present({ error: tail, exitCode, createGraph: graph, createSvg: svg })
    const end = { type: 'session.end', time: this.clock.nowUs(), status, by, ...more } as const
    if (this.wanted) {
      this.stream.close(this.kind === 'helper' ? undefined : end)
      if (this.stream.drops.size > 0) tellDropped(runNameOf(this.spool, this.options), this.stream.drops)
    }
    this.#wanted = false
    this.#isKept = fs.existsSync(this.spool.root)
    if (this.kind !== 'helper') this.#leaveCurrent()
  }

  /** Of one that has ended: an agent took its folder away since, which it does when the document on disk holds it. */
  get isTaken(): boolean {
    return this.#isKept && !fs.existsSync(this.spool.root)
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
      ...this.#author,
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

/** A prompt or a notebook: no line of it is the same as the one before. */
function isTyped(line: string): boolean {
  return /\b(?:REPL\d+|evalmachine)\b/.test(line)
}
