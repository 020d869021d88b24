import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { limits, reasonOf } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { CommandEnd } from '../launch/command.ts'
import { Contact } from '../meet/contact.ts'
import type { Hurry } from '../publish/patience.ts'
import { leaveExit } from '../session/process-end.ts'
import { Sources } from '../source/sources.ts'
import { Wake } from '../wake.ts'
import { Admission } from './admission.ts'
import type { Claim } from './claim.ts'
import type { TreeFacts, TreeFolder } from './folder.ts'
import { Heartbeat } from './heartbeat.ts'
import { Newcomers } from './newcomers.ts'
import { isCommand } from './open-session.ts'
import { OpenSessions } from './open-sessions.ts'
import type { SessionEnd } from './open-sessions.ts'
import { isWrappedBelow } from './outer.ts'
import { Places } from './places.ts'
import { Telling } from './telling.ts'
import { SessionWatch } from './watch.ts'
import type { Wrapped } from './wrapped.ts'

export interface TreeParts {
  readonly context: Context
  readonly tree: TreeFolder
  readonly facts: TreeFacts
  readonly claim: Claim
  readonly wrapped: Wrapped | undefined
}

/** A process that is about to end with its command gets this long, before it counts as left behind. */
const leftBehindMs = 500
/** Asked for the end, whoever still waits for a process leaves it to another agent by then. */
const hurryMs = 2_000
const lookMs = 250

/** Serves a process tree: finds its sessions as they begin, and serves each until it has ended. */
export class TreeService {
  readonly #parts: TreeParts
  readonly #agent: string = randomBytes(8).toString('hex')
  readonly #news: Wake
  readonly #telling: Telling
  readonly #places: Places
  readonly #newcomers: Newcomers
  readonly #sessions: OpenSessions
  readonly #contact: Contact
  readonly #sources: Sources
  readonly #admission: Admission
  readonly #heartbeat: Heartbeat
  /** When somebody asked for the end, after the command's. */
  #hurriedMs: number | undefined
  #idleSinceMs: number
  #running: Promise<void> | undefined
  #stopped = false

  constructor(parts: TreeParts) {
    const { context, tree, facts, wrapped, claim } = parts
    const { clock, timing, given, voice } = context
    const told = (message: string): void => this.#telling.tell(message)
    this.#parts = parts
    this.#news = new Wake(clock)
    this.#idleSinceMs = clock.monotonicMs()
    this.#telling = new Telling({ voice, root: tree.root, toClients: facts.by === 'client' })
    this.#places = new Places(context, { tree, facts }, wrapped)
    this.#newcomers = new Newcomers(
      clock,
      new SessionWatch(tree, clock, timing, this.#news, told),
      this.#places,
    )
    this.#sessions = new OpenSessions(this.#telling, (ended) => this.#noteEnd(ended))
    this.#contact = new Contact({
      context,
      agent: this.#agent,
      spoolRoot: path.dirname(tree.root),
      present: () =>
        this.#sessions.size > 0 ? undefined : { ...this.#places.own, silent: this.#admission.begun === 0 },
      told,
    })
    const sampleMs = (given.sampleIntervalSeconds ?? limits.sampleIntervalSecondsDefault) * 1000
    this.#sources = new Sources(clock, timing, sampleMs)
    this.#admission = new Admission({
      ...parts,
      agent: this.#agent,
      telling: this.#telling,
      places: this.#places,
      newcomers: this.#newcomers,
      sessions: this.#sessions,
      contact: this.#contact,
      sources: this.#sources,
    })
    this.#heartbeat = new Heartbeat(clock, tree, claim, this.#contact.link)
  }

  /** Sessions that have ended, in that order. */
  get ended(): readonly SessionEnd[] {
    return this.#sessions.ended
  }

  /** An aggregator has said something within the time after which it would be given up. */
  get isAnswered(): boolean {
    return this.#contact.isAnswered
  }

  start(): void {
    const { wrapped, context, facts, claim } = this.#parts
    claim.tellJob(this.#places.own.jobKey)
    if (wrapped !== undefined || facts.by === 'agent') this.#meetEarly()
    if (wrapped !== undefined) {
      const { directory, variables } = context
      this.#sources.foresee({ argv: wrapped.argv, directory, variables }, this.#places.place)
    }
    this.#contact.start()
    this.#running ??= this.#run()
    if (wrapped !== undefined) this.#admission.tellLeftovers()
  }

  /** The wrapped command has ended. Sessions of processes that are gone end with it. */
  commandEnded(end: CommandEnd | undefined): void {
    if (end !== undefined) this.#leaveExit(end)
    this.#sessions.commandEnded(end)
    this.#news.ring()
  }

  /** Whoever drains gives up now. */
  hurry(which: Hurry): void {
    this.#hurriedMs ??= this.#parts.context.clock.monotonicMs()
    this.#sessions.hurry(which)
  }

  /** Resolves when no session is open, or none has been for `idleMs` where processes live that may begin one. */
  async untilDone(idleMs: number, living: () => boolean): Promise<'idle' | 'done'> {
    const { clock } = this.#parts.context
    for (;;) {
      if (!this.lookAgain()) {
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
    while (this.lookAgain()) {
      const now = clock.monotonicMs()
      const late = now >= graceUntil
      const asked = this.#hurriedMs !== undefined && now - this.#hurriedMs >= hurryMs
      this.#sessions.stop(until, ({ goesOn }) => asked || (late && goesOn))
      await this.#news.wait(lookMs)
    }
  }

  /** Ends this agent's part of every session: another one may go on with them. @param until monotonic milliseconds */
  async leave(until: number): Promise<void> {
    this.#sessions.stop(until, () => true)
    await this.#sessions.allEnded()
  }

  /** Whether a session is open, or was begun since the last look. */
  lookAgain(): boolean {
    return this.#admission.look()
  }

  /** A command that began no session, in its tree or below another wrapper, gets one: how it ended is worth recording. */
  recordCommand(): void {
    const { wrapped, tree } = this.#parts
    this.lookAgain()
    if (wrapped === undefined || this.#admission.begun > 0 || isWrappedBelow(tree.root)) return
    this.#places.foundSession(tree, wrapped)
    this.lookAgain()
  }

  /** Says goodbye, and stops to work. */
  async close(idle: boolean, until: number): Promise<void> {
    await this.#contact.leave(this.#places.own.jobKey, this.#sessions.placeEnds, idle, until)
    this.#stopped = true
    this.#sources.stop()
    this.#newcomers.close()
    this.#news.ring()
    await this.#running
    await this.#contact.close()
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts.context
    while (!this.#stopped) {
      try {
        this.lookAgain()
        this.#heartbeat.beat()
      } catch (error) {
        this.#telling.tell(reasonOf(error))
      }
      await this.#news.wait(Math.min(lookMs, Math.max(1, this.#newcomers.dueAt - clock.monotonicMs())))
    }
  }

  /** Before any session says more. */
  #meetEarly(): void {
    try {
      this.#contact.meet(this.#places.job(undefined))
    } catch {
      // Its sessions may name a save directory that can be found; of one that does not it is told.
    }
  }

  /** With the command's last session, whatever becomes of that: where it is kept, nobody else is told. */
  #leaveExit(end: CommandEnd): void {
    const { wrapped, context } = this.#parts
    this.lookAgain()
    const last = this.#newcomers.lastOf((facts) => wrapped !== undefined && isCommand(facts, wrapped))
    if (last !== undefined) leaveExit(last.folder, end, context.clock.nowUs())
  }

  #noteEnd({ session, outcome }: SessionEnd): void {
    if (outcome.kind === 'delivered' || outcome.kind === 'not-collected') this.#places.forget(session)
    this.#idleSinceMs = this.#parts.context.clock.monotonicMs()
    this.#contact.hurry()
    this.#news.ring()
  }
}
