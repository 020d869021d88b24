import { reasonOf } from '@provloom/shared'
import type { CommandEnd } from '../launch/command.ts'
import type { Hurry } from '../publish/patience.ts'
import { leaveExit } from '../session/process-end.ts'
import { Wake } from '../wake.ts'
import { isCommand } from './open-session.ts'
import type { SessionEnd } from './open-sessions.ts'
import { isWrappedBelow } from './outer.ts'
import { wireTree } from './wiring.ts'
import type { TreeParts, TreePieces } from './wiring.ts'

/** A process that is about to end with its command gets this long, before it counts as left behind. */
const leftBehindMs = 500
/** Asked for the end, whoever still waits for a process leaves it to another agent by then. */
const hurryMs = 2_000
const lookMs = 250

/** Serves a process tree: finds its sessions as they begin, and serves each until it has ended. */
export class TreeService {
  readonly #parts: TreeParts
  readonly #pieces: TreePieces
  readonly #news: Wake
  /** When somebody asked for the end, after the command's. */
  #hurriedMs: number | undefined
  #idleSinceMs: number
  #running: Promise<void> | undefined
  #stopped = false

  constructor(parts: TreeParts) {
    const { clock } = parts.context
    this.#parts = parts
    this.#news = new Wake(clock)
    this.#idleSinceMs = clock.monotonicMs()
    this.#pieces = wireTree(parts, this.#news, (end) => this.#noteEnd(end))
  }

  /** Sessions that have ended, in that order. */
  get ended(): readonly SessionEnd[] {
    return this.#pieces.sessions.ended
  }

  /** An aggregator has said something within the time after which it would be given up. */
  get isAnswered(): boolean {
    return this.#pieces.contact.isAnswered
  }

  start(): void {
    const { wrapped, context, facts, claim } = this.#parts
    const { places, sources, contact, admission } = this.#pieces
    claim.tellJob(places.own.jobKey)
    if (wrapped !== undefined || facts.by === 'agent') this.#meetEarly()
    if (wrapped !== undefined) {
      const { directory, variables } = context
      sources.foresee({ argv: wrapped.argv, directory, variables }, places.place)
    }
    contact.start()
    this.#running ??= this.#run()
    if (wrapped !== undefined) admission.tellLeftovers()
  }

  /** The wrapped command has ended. Sessions of processes that are gone end with it. */
  commandEnded(end: CommandEnd | undefined): void {
    if (end !== undefined) this.#leaveExit(end)
    this.#pieces.sessions.commandEnded({ end, timeUs: this.#parts.context.clock.nowUs() })
    this.#news.ring()
  }

  /** Whoever drains gives up now. */
  hurry(which: Hurry): void {
    this.#hurriedMs ??= this.#parts.context.clock.monotonicMs()
    this.#pieces.sessions.hurry(which)
  }

  /** Resolves when no session is open, or none has been for `idleMs` where processes live that may begin one. */
  async untilDone(idleMs: number, living: () => boolean): Promise<'idle' | 'done'> {
    const { clock } = this.#parts.context
    for (;;) {
      if (!this.lookAgain()) {
        if (!living() && !this.#hasLastWords()) return 'done'
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
      this.#pieces.sessions.stop(until, (service) => asked || (late && service.goesOn))
      await this.#news.wait(lookMs)
    }
  }

  /** Ends this agent's part of every session: another one may go on with them. @param until monotonic milliseconds */
  async leave(until: number): Promise<void> {
    this.#pieces.sessions.stop(until, () => true)
    await this.#pieces.sessions.allEnded()
  }

  /** Whether a session is open, or was begun since the last look. */
  lookAgain(): boolean {
    this.#pieces.eventFiles?.look()
    return this.#pieces.admission.look()
  }

  /** Its processes are gone: what they wrote last may be of no session that is open. */
  #hasLastWords(): boolean {
    this.#pieces.eventFiles?.commandOver()
    return this.lookAgain()
  }

  /** A command that began no session, in its tree or below another wrapper, gets one: how it ended is worth recording. */
  recordCommand(): void {
    const { wrapped, tree } = this.#parts
    this.#pieces.eventFiles?.commandOver()
    this.lookAgain()
    if (wrapped === undefined || this.#pieces.admission.begun > 0 || isWrappedBelow(tree.root)) return
    this.#pieces.places.foundSession(tree, wrapped)
    this.lookAgain()
  }

  /** Says goodbye, and stops to work. */
  async close(idle: boolean, until: number): Promise<void> {
    const { contact, places, sessions, sources, newcomers, eventFiles } = this.#pieces
    await contact.leave(places.own.jobKey, sessions.placeEnds, idle, until)
    this.#stopped = true
    sources.stop()
    newcomers.close()
    eventFiles?.close()
    this.#news.ring()
    await this.#running
    await contact.close()
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts.context
    while (!this.#stopped) {
      try {
        this.lookAgain()
        this.#pieces.heartbeat.beat()
      } catch (error) {
        this.#pieces.telling.tell(reasonOf(error))
      }
      await this.#news.wait(Math.min(lookMs, Math.max(1, this.#pieces.newcomers.dueAt - clock.monotonicMs())))
    }
  }

  /** Before any session says more. */
  #meetEarly(): void {
    try {
      this.#pieces.contact.meet(this.#pieces.places.job(undefined))
    } catch {
      // Its sessions may name a save directory that can be found; of one that does not it is told.
    }
  }

  /** With the command's last session, whatever becomes of that: where it is kept, nobody else is told. */
  #leaveExit(end: CommandEnd): void {
    const { wrapped, context } = this.#parts
    this.lookAgain()
    const last = this.#pieces.newcomers.lastOf((facts) => wrapped !== undefined && isCommand(facts, wrapped))
    if (last !== undefined) leaveExit(last.folder, end, context.clock.nowUs())
  }

  #noteEnd({ session, outcome }: SessionEnd): void {
    this.#parts.mlflow?.ended({ session, outcome })
    if (outcome.kind === 'delivered' || outcome.kind === 'not-collected') this.#pieces.places.forget(session)
    this.#idleSinceMs = this.#parts.context.clock.monotonicMs()
    this.#pieces.contact.hurry()
    this.#news.ring()
  }
}
