import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits, reasonOf } from '@provloom/shared'
import type { PlaceEnd } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { CommandEnd } from '../launch/command.ts'
import { Meeting, whoStarts } from '../meet/meeting.ts'
import { Presence } from '../meet/presence.ts'
import { Link } from '../publish/link.ts'
import type { Hurry } from '../publish/publisher.ts'
import { failureOf } from '../session/outcome.ts'
import { leaveExit } from '../session/process-end.ts'
import type { SessionOutcome } from '../session/outcome.ts'
import type { SessionFacts } from '../session/facts.ts'
import type { SessionService } from '../session/service.ts'
import { Facts } from '../source/facts.ts'
import { Sampler } from '../source/sampler.ts'
import { Wake } from '../wake.ts'
import type { Claim } from './claim.ts'
import type { TreeFacts, TreeFolder } from './folder.ts'
import { leftoversIn } from '../session/leftovers.ts'
import { isWrappedBelow } from './outer.ts'
import { placeEndOf } from './place-end.ts'
import { Places } from './places.ts'
import { lifeOf } from './processes.ts'
import { keepSession, refuseSession } from './refusal.ts'
import type { Seat } from './places.ts'
import { isCommand, openSession } from './open-session.ts'
import { sessionsAtOnce, spoolBytesOf } from './room.ts'
import { SessionWatch, processOf } from './watch.ts'
import type { Found } from './watch.ts'
import type { Wrapped } from './wrapped.ts'

export interface TreeParts {
  readonly context: Context
  readonly tree: TreeFolder
  readonly facts: TreeFacts
  readonly claim: Claim
  readonly wrapped: Wrapped | undefined
}

/** What became of one session of the tree. */
export interface SessionEnd {
  readonly session: string
  readonly folder: string
  readonly outcome: SessionOutcome
}

/** A process that is about to end with its command gets this long, before it counts as left behind. */
const leftBehindMs = 500
/** Asked for the end, whoever still waits for a process leaves it to another agent by then. */
const hurryMs = 2_000
const beatMs = 1_000
const lookMs = 250

/** Serves a process tree: finds its sessions as they begin, and serves each until it has ended. */
export class TreeService {
  readonly #parts: TreeParts
  readonly #agent: string = randomBytes(8).toString('hex')
  readonly #news: Wake
  readonly #watch: SessionWatch
  readonly #link: Link
  readonly #presence: Presence
  readonly #meeting: Meeting
  readonly #facts = new Facts()
  readonly #sampler: Sampler
  readonly #places: Places
  readonly #open = new Map<string, { readonly service: SessionService; readonly done: Promise<void> }>()
  readonly #waiting: Found[] = []
  /** The last session of each process. */
  readonly #newest = new Map<string, Found>()
  #next: { readonly found: Found; readonly untilMs: number } | undefined
  readonly #ended: SessionEnd[] = []
  readonly #ends: PlaceEnd[] = []
  /** Told before there was a session whose client could say it. */
  readonly #early: string[] = []
  #toldLeftovers = false
  #begun = 0
  #commandEnd: CommandEnd | undefined
  #commandOver = false
  /** When somebody asked for the end, after the command's. */
  #hurriedMs: number | undefined
  #idleSinceMs: number
  #beatAtMs = 0
  #running: Promise<void> | undefined
  #stopped = false

  constructor(parts: TreeParts) {
    const { context, tree, facts, wrapped } = parts
    const { clock, timing, given } = context
    this.#parts = parts
    this.#news = new Wake(clock)
    this.#idleSinceMs = clock.monotonicMs()
    const ring = (): void => this.#news.ring()
    this.#watch = new SessionWatch(tree, clock, timing, ring, (message) => this.tell(message))
    this.#places = new Places(context, { tree, facts }, wrapped)
    this.#meeting = new Meeting({
      clock,
      named: given.connection,
      spoolRoot: path.dirname(tree.root),
      start: context.config.startAggregator,
      told: (message) => this.tell(message),
      failed: (reason) => (this.#link.hopeless = reason),
    })
    this.#link = new Link({
      clock,
      timing,
      connect: context.connect,
      files: () => this.#meeting.files(),
      connecting: (connection) =>
        context.tell({ kind: 'connecting', endpoint: `${connection.advertise}:${connection.port}` }),
      disconnected: () => context.tell({ kind: 'disconnected' }),
      trouble: (message) => this.tell(message),
      starter: whoStarts(context),
    })
    this.#presence = new Presence({
      clock,
      timing,
      agent: this.#agent,
      present: () => (this.#open.size > 0 ? undefined : { ...this.#places.own, silent: this.#begun === 0 }),
      ring: () => this.#link.wake.ring(),
      awayMs: () => this.#link.awayMs,
    })
    const intervalMs = (given.sampleIntervalSeconds ?? limits.sampleIntervalSecondsDefault) * 1000
    this.#sampler = new Sampler(clock, intervalMs, (own) => this.#runOf(own))
  }

  /** Sessions that have ended, in that order. */
  get ended(): readonly SessionEnd[] {
    return this.#ended
  }

  get openCount(): number {
    return this.#open.size + this.#waiting.length
  }

  /** An aggregator has said something within the time after which it would be given up. */
  get isAnswered(): boolean {
    return this.#link.silentMs < this.#parts.context.timing.drainMs
  }

  /** A person should know: said by a wrapper, and by the clients where nobody reads what this process says. */
  tell(message: string): void {
    this.#parts.context.voice.tell(message)
    if (this.#open.size === 0) this.#early.push(message)
    for (const { service } of this.#open.values())
      service.notice('AGENT', message, this.#parts.facts.by === 'client')
  }

  start(): void {
    const { wrapped, context, facts } = this.#parts
    this.#link.add(this.#presence)
    this.#parts.claim.tellJob(this.#places.own.jobKey)
    if (wrapped !== undefined || facts.by === 'agent') this.#meetEarly()
    if (wrapped !== undefined) {
      const { directory, variables } = context
      this.#facts.begin({ argv: wrapped.argv, directory, variables }, this.#places.place)
    }
    void this.#link.start()
    this.#running ??= this.#run()
    if (wrapped !== undefined) this.#tellLeftovers()
  }

  /** Before any session says more. */
  #meetEarly(): void {
    try {
      this.#meeting.add(this.#places.job(undefined))
    } catch {
      // Its sessions may name a save directory that can be found; of one that does not it is told.
    }
  }

  /** Once, by the job's first rank: what earlier runs of this user have left on this machine. */
  #tellLeftovers(): void {
    const { tree } = this.#parts
    if (this.#toldLeftovers || this.#places.place.rank !== 0) return
    this.#toldLeftovers = true
    const line = leftoversIn(tree.root)
    if (line !== undefined) this.tell(line)
  }

  /** The wrapped command has ended. Sessions of processes that are gone end with it. */
  commandEnded(end: CommandEnd | undefined): void {
    this.#commandEnd = end
    this.#commandOver = true
    if (end !== undefined) this.#leaveExit(end)
    for (const { service } of this.#open.values()) service.commandEnded(end)
    this.#news.ring()
  }

  /** With the command's last session, whatever becomes of that: where it is kept, nobody else is told. */
  #leaveExit(end: CommandEnd): void {
    const { wrapped, context } = this.#parts
    this.#discover()
    const last = [...this.#newest.values()].find(
      ({ facts }) => wrapped !== undefined && isCommand(facts, wrapped),
    )
    if (last !== undefined) leaveExit(last.folder, end, context.clock.nowUs())
  }

  /** Whoever drains gives up now. */
  hurry(which: Hurry): void {
    this.#hurriedMs ??= this.#parts.context.clock.monotonicMs()
    for (const { service } of this.#open.values()) service.hurry(which)
  }

  /** Resolves when no session is open, or none has been for `idleMs` where processes live that may begin one. */
  async untilDone(idleMs: number, living: () => boolean): Promise<'idle' | 'done'> {
    const { clock } = this.#parts.context
    for (;;) {
      this.#discover()
      if (this.openCount === 0) {
        if (!living()) return 'done'
        if (clock.monotonicMs() - this.#idleSinceMs >= idleMs) return 'idle'
      }
      await this.#news.wait(lookMs)
    }
  }

  /**
   * The command is over: resolves when every session has ended, or was left because a process of it goes on.
   *
   * @param until monotonic milliseconds at which all give up
   */
  async settle(until: number): Promise<void> {
    const { clock } = this.#parts.context
    const graceUntil = clock.monotonicMs() + leftBehindMs
    this.#discover()
    while (this.openCount > 0) {
      const now = clock.monotonicMs()
      const late = now >= graceUntil
      const asked = this.#hurriedMs !== undefined && now - this.#hurriedMs >= hurryMs
      for (const { service } of this.#open.values())
        if (asked || (late && service.goesOn)) service.stop('leave', until)
      await this.#news.wait(lookMs)
      this.#discover()
    }
  }

  /** Ends this agent's part of every session: another one may go on with them. @param until monotonic milliseconds */
  async leave(until: number): Promise<void> {
    for (const { service } of this.#open.values()) service.stop('leave', until)
    while (this.#open.size > 0) await Promise.all([...this.#open.values()].map(({ done }) => done))
  }

  /** Whether something was begun since the last look. */
  lookAgain(): boolean {
    this.#discover()
    return this.openCount > 0
  }

  /** A command that began no session, in its tree or below another wrapper, gets one: how it ended is worth recording. */
  recordCommand(): void {
    const { wrapped, tree } = this.#parts
    this.#discover()
    if (wrapped === undefined || this.#begun > 0 || isWrappedBelow(tree.root)) return
    this.#places.foundSession(tree, wrapped)
    this.#discover()
  }

  /** Says goodbye, and stops to work. */
  async close(idle: boolean, until: number): Promise<void> {
    await this.#presence.leave(this.#places.own.jobKey, this.#ends, idle, until)
    this.#stopped = true
    this.#facts.stop()
    this.#watch.close()
    this.#meeting.close()
    this.#news.ring()
    await this.#running
    await this.#link.close()
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts.context
    while (!this.#stopped) {
      try {
        this.#discover()
        this.#beat()
      } catch (error) {
        this.tell(reasonOf(error))
      }
      await this.#news.wait(Math.min(lookMs, Math.max(1, this.#watch.dueAt - clock.monotonicMs())))
    }
  }

  #discover(): void {
    const found = this.#watch.look()
    for (const one of found) this.#newest.set(processOf(one.facts), one)
    this.#waiting.push(...found)
    this.#admit()
  }

  #isOver(): boolean {
    const { wrapped, facts } = this.#parts
    return wrapped === undefined ? lifeOf(facts) === 'gone' : this.#commandOver
  }

  /** Whether a session's process has begun another one after it. */
  #wentOn(facts: SessionFacts): boolean {
    this.#discover()
    return this.#newest.get(processOf(facts))?.facts.session !== facts.session
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#open.size < sessionsAtOnce) {
      if (this.#mustWait(this.#waiting[0]!)) return
      this.#take(this.#waiting.shift()!)
    }
  }

  /** One that its worker began before in a tree of its own is told its run first, as long as that may take. */
  #mustWait(found: Found): boolean {
    const now = this.#parts.context.clock.monotonicMs()
    if (this.#next?.found !== found) this.#next = { found, untilMs: now + limits.comesNextMs }
    return now < this.#next.untilMs && this.#places.comesNext(found)
  }

  #take(found: Found): void {
    const { context, tree } = this.#parts
    if (this.#open.has(found.folder.id)) return
    this.#begun++
    const end = (outcome: SessionOutcome): void => {
      this.#open.delete(found.folder.id)
      if (outcome.kind === 'delivered' || outcome.kind === 'not-collected')
        this.#places.forget(found.folder.id)
      this.#idleSinceMs = context.clock.monotonicMs()
      this.#ended.push({ session: found.folder.id, folder: found.folder.root, outcome })
      this.#presence.hurry()
      this.#news.ring()
    }
    try {
      const seat = this.#places.seat(found)
      // It may have said of which job the whole tree is.
      this.#parts.claim.tellJob(this.#places.own.jobKey)
      this.#meeting.add(this.#places.job(seat))
      const { service, hello } = openSession({
        context,
        tree,
        found,
        seat,
        agent: this.#agent,
        link: this.#link,
        facts: this.#facts,
        sampler: this.#sampler,
        wrapped: this.#parts.wrapped,
        wentOn: () => this.#wentOn(found.facts),
        isOver: () => this.#isOver(),
        told: (message) => this.#tellOf(seat, found, message),
      })
      // First: who ends at once looks for the agent's first word.
      for (const message of seat.place.contradictions) {
        context.voice.tell(message, seat.place.rank)
        service.notice('RANK', message, this.#parts.facts.by === 'client')
      }
      if (this.#commandOver) service.commandEnded(this.#commandEnd)
      const done = service.serve(hello).then(
        (outcome) => {
          if (outcome.kind === 'not-collected') this.#ends.push(...placeEndOf(hello, outcome.end))
          end(outcome)
        },
        (error: unknown) => {
          this.tell(`${reasonOf(error)}; what was logged is kept in ${found.folder.root}`)
          keepSession(found.folder, error)
          end(failureOf(error))
        },
      )
      this.#open.set(found.folder.id, { service, done })
      for (const message of this.#early.splice(0))
        service.notice('AGENT', message, this.#parts.facts.by === 'client')
      // A client says it, of its first session.
      if (this.#parts.wrapped === undefined) this.#tellLeftovers()
    } catch (error) {
      refuseSession(found.folder, error)
      this.#parts.context.voice.tell(`${reasonOf(error)}; what is logged is kept in ${found.folder.root}`)
      end(failureOf(error))
    }
  }

  #tellOf(seat: Seat, found: Found, message: string): void {
    this.#parts.context.voice.tell(message, seat.place.rank)
    this.#open.get(found.folder.id)?.service.notice('AGENT', message, this.#parts.facts.by === 'client')
  }

  /** Once a second: that this agent lives, whether an aggregator does, and how much of the disk its sessions take. */
  #beat(): void {
    const { context, tree, claim } = this.#parts
    const now = context.clock.monotonicMs()
    if (now - this.#beatAtMs < beatMs) return
    this.#beatAtMs = now
    if (fs.existsSync(tree.root)) claim.beat(spoolBytesOf(tree), this.#link.heard)
  }

  #runOf(own: SessionService['own']): string {
    for (const [id, { service }] of this.#open) if (service.own === own) return service.welcome?.runId ?? id
    return ''
  }
}
