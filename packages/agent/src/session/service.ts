import os from 'node:os'
import type { Bye, Hello, Later, Refused, SessionEnd, Settled, Welcome } from '@provloom/shared'
import { ArtifactKeeper } from '../artifact/keeper.ts'
import type { CommandEnd } from '../launch/command.ts'
import { memoryKills } from '../launch/memory-kills.ts'
import { Publisher } from '../publish/publisher.ts'
import type { DrainOutcome, Hurry, PublisherListener } from '../publish/publisher.ts'
import { Recorder } from '../source/recorder.ts'
import { OwnStream } from '../spool/own-stream.ts'
import type { Packed, ReaderProblem } from '../spool/stream-reader.ts'
import { Wake } from '../wake.ts'
import { Amiss, wordsOfRun } from './amiss.ts'
import { ClockOffset } from './clock-offset.ts'
import { ControlFile, placeOf, placeTold } from './control.ts'
import { howOf, picturesIn, rankEndOf } from './ending.ts'
import type { SessionFacts } from './facts.ts'
import { emptySession, removeSession } from './folder.ts'
import type { SessionFolder } from './folder.ts'
import { HeldUp } from './held-up.ts'
import { lookForOwn, readHistory } from './history.ts'
import type { History } from './history.ts'
import type { SessionParts } from './parts.ts'
import { ProcessEnd } from './process-end.ts'
import { describeProblem, keptRecords, problemFact, whyKept } from './outcome.ts'
import type { SessionOutcome } from './outcome.ts'
import { RunLog } from './run-log.ts'
import { commandEndMs, lookMs } from './waits.ts'
import { hasSaidEnd, writerOf, writes } from './writers.ts'

/** Serves one session: publishes it, keeps its artifacts, ends it, and clears its folder away. */
export class SessionService {
  readonly facts: SessionFacts
  readonly folder: SessionFolder
  readonly own: OwnStream
  readonly #parts: SessionParts
  readonly #control: ControlFile
  readonly #publisher: Publisher
  readonly #keeper: ArtifactKeeper
  readonly #recorder: Recorder | undefined
  readonly #news: Wake
  readonly #killsBefore: number | undefined = memoryKills()
  #history: History | undefined
  #welcome: Welcome | undefined
  #settled: Settled | undefined
  #refused: Refused | undefined
  /** Why it was not let in when it last asked. */
  #delay: string | undefined
  readonly #heldUp: HeldUp
  #said: SessionEnd | undefined
  readonly #offset = new ClockOffset((fact) => this.own.record(fact))
  readonly #end: ProcessEnd
  #asked: 'serve' | 'leave' = 'serve'
  #until = Infinity
  #isHurried = false
  #markDue = false
  readonly #log = new RunLog()
  readonly #amiss = new Amiss()

  /** @throws {ProvloomError} `LOG_FAILED` when its folder cannot be written */
  constructor(parts: SessionParts) {
    const { context, folder, facts, link, place, told } = parts
    const { clock, files, timing } = context
    this.#parts = parts
    this.folder = folder
    this.facts = facts
    this.#end = new ProcessEnd(facts, folder, parts.process)
    this.#news = new Wake(clock)
    this.#heldUp = new HeldUp({ clock, timing, changed: (message) => this.#control.tell({ message }), told })
    this.#control = new ControlFile(folder)
    this.own = new OwnStream(clock, files, folder.streams, told)
    this.#publisher = new Publisher({ clock, files, timing, link, folder, listener: this.#listener() })
    this.#keeper = new ArtifactKeeper({
      context,
      told,
      spool: folder,
      rank: place.rank,
      host: os.hostname(),
      record: (fact) => this.own.record(fact),
      pending: (stream, lowest) => this.#publisher.hold(stream, lowest),
    })
    this.#recorder = parts.recorder(this.own)
  }

  get welcome(): Welcome | undefined {
    return this.#welcome
  }

  /** The command has ended: it is the end of every process of it that is gone. */
  commandEnded(end: CommandEnd | undefined): void {
    this.#end.command = end
    this.#news.ring()
  }

  /** Leaves the session to another agent, or sets a time until which it is served. @param until monotonic milliseconds */
  stop(how: 'serve' | 'leave', until: number): void {
    this.#asked = how
    this.#until = Math.min(this.#until, until)
    this.#news.ring()
  }

  hurry(which: Hurry): void {
    this.#isHurried = true
    this.#publisher.hurry(which)
    this.#keeper.hurry(which)
  }

  /** A process of it still writes, or may: it goes on without its command. */
  get goesOn(): boolean {
    return this.#end.life === 'lives' || this.#end.writers.length > 0
  }

  /** @param toClients nobody reads what this process says: they say it */
  notice(code: string, message: string, toClients: boolean): void {
    if (toClients) this.#control.notice({ code, message })
    this.#log.append(message)
  }

  async serve(hello: Hello): Promise<SessionOutcome> {
    const { context, history } = this.#parts
    const { jobKey, ordinal, asked } = hello
    this.#control.tell({ jobKey, ordinal, asked, place: placeTold(hello) })
    this.#history = history ?? (await readHistory(context.files, this.folder))
    this.#noteEnd(this.#history.sessionEnd)
    for (const one of this.#history.stored) this.#keeper.done(one)
    for (const one of this.#history.artifacts) this.#keeper.keep(one.artifact, one)
    this.#recorder?.begin(!this.#parts.settings.disableCodecarbon)
    this.#publisher.start(hello)
    await this.#untilOver()
    if (this.#isQuiet) return this.#endQuietly()
    if (this.#asked === 'leave') return this.#leave()
    return this.#finish()
  }

  /** Waits for the session's end: said, or its process gone, or ours. */
  async #untilOver(): Promise<void> {
    const { clock } = this.#parts.context
    let goneMs: number | undefined
    for (;;) {
      if (this.#isQuiet || this.#asked !== 'serve' || this.#end.saidForAll(this.#said)) return
      if (this.#end.life === 'gone') {
        const now = clock.monotonicMs()
        goneMs ??= now
        const waits = this.#end.mayBeTold(this.#said) && now - goneMs < commandEndMs
        // What it said at its end may not have been read yet.
        if (!waits && (await this.#readToEnd())) return
      }
      this.#heldUp.look(this.#publisher.unstored, this.#parts.link.hopeless)
      if (this.#refused === undefined) this.#house()
      // Nothing is sent any more that its end would be seen in.
      else if (this.#said === undefined && hasSaidEnd(this.folder, this.facts)) await this.#readEnd()
      await this.#news.wait(lookMs)
    }
  }

  /** @returns true: nobody writes any more, and all that is there was read, where somebody takes it */
  async #readToEnd(): Promise<boolean> {
    if (this.#end.writers.length > 0) return false
    if (this.#said === undefined) await this.#readEnd()
    return true
  }

  async #readEnd(): Promise<void> {
    this.#noteEnd((await readHistory(this.#parts.context.files, this.folder)).sessionEnd)
  }

  #house(): void {
    if (this.#markDue) this.#control.tell({ mark: this.#publisher.marks })
    this.#markDue = false
    const { facts, folder } = this
    const { lifeOf } = this.#parts.process
    this.#publisher.retire((one) => writerOf(one) !== undefined && !writes(folder, facts, one, lifeOf))
  }

  async #finish(): Promise<SessionOutcome> {
    const { context } = this.#parts
    this.#publisher.closing()
    // What is still being asked is waited for at the same time.
    const asked = this.#recorder?.end()
    let outcome = await this.#publisher.drain(this.#until)
    // Who has ended and lives on has time: an aggregator that comes back gets it all the same.
    while (outcome === 'gave-up' && this.#hasTime) {
      this.#control.tell({ message: this.#reason() })
      outcome = await this.#publisher.drain(this.#until)
    }
    await asked
    const stored = outcome === 'refused' || (await this.#store(outcome))
    if (this.#said === undefined) await this.#readToEnd()
    if (this.#history?.rankEnded !== true) this.own.record(await this.#rankEnd())
    this.own.seal()
    const left =
      outcome === 'drained' &&
      (await this.#publisher.drain(this.#until)) === 'drained' &&
      stored &&
      (await this.#publisher.leave(() => this.#bye(), this.#until))
    if (this.#isQuiet) return this.#endQuietly()
    if (!left || this.#publisher.overflow > 0) return this.#keep()
    const settled = await this.#publisher.settled(this.#until)
    // Whoever hands it in again has its document written.
    if (!settled && this.#publisher.unstored !== undefined) return this.#keep()
    this.#conclude()
    await this.#tellExit()
    this.#close()
    const run = this.#welcome ?? placeOf(this.folder)
    removeSession(this.folder)
    context.tell({ kind: 'session-ended', session: this.folder.id })
    return { kind: 'delivered', run }
  }

  get #hasTime(): boolean {
    return this.#asked === 'serve' && !this.#isHurried && this.#end.life !== 'gone'
  }

  /** @returns whether all logged files are where they belong */
  async #store(outcome: DrainOutcome): Promise<boolean> {
    const patienceMs = outcome === 'drained' ? this.#parts.context.timing.drainMs : 0
    while (!(await this.#keeper.finish(this.#until, patienceMs))) {
      if (outcome !== 'drained' || !this.#hasTime) return false
      this.#control.tell({ message: this.#reason() })
    }
    return true
  }

  async #rankEnd(): Promise<ReturnType<typeof rankEndOf>> {
    const said = this.#said
    return rankEndOf({
      said,
      process: this.#end.known(this.#said) ?? this.#history?.processEnd,
      variables: this.facts.environment,
      killsBefore: this.#killsBefore,
      lastUs:
        this.#parts.lastUs ??
        (said === undefined ? (await readHistory(this.#parts.context.files, this.folder)).lastUs : undefined),
    })
  }

  /** The process's own end, where this was its last session and it follows soon enough to be told. */
  async #tellExit(): Promise<void> {
    const { clock } = this.#parts.context
    const end = await this.#end.after(this.#said, clock, this.#news, () => this.#asked === 'serve')
    if (end === undefined || this.#said === undefined) return
    const exit = { kind: 'exit', session: this.folder.id, time: clock.nowUs(), ...howOf(end) } as const
    await this.#publisher.amend(exit, this.#until)
  }

  #bye(): Bye {
    return {
      kind: 'bye',
      session: this.folder.id,
      final: true,
      ledger: { ...this.#publisher.ledger, [this.own.id]: this.own.ledger },
      ledgerClosed: this.#end.writers.length === 0 || this.#said !== undefined,
      ...picturesIn(this.#said),
    }
  }

  /** The document holds it: whoever waits in `end_run` may go on. */
  #conclude(): void {
    if (this.#settled === undefined) return
    const { runDir, status, logs, missing, absent } = this.#settled
    const mark = this.#publisher.marks
    this.#control.tell({ state: 'ended', runDir, status, logs, missing, absent, mark })
  }

  async #keep(): Promise<SessionOutcome> {
    const mark = this.#publisher.marks
    const [folder, reason] = [this.folder.root, this.#reason()]
    const records = await keptRecords(this.#parts.context, this.folder, mark)
    this.#control.tell({ message: reason, mark })
    this.#log.append(`${reason}; ${records} records are kept in ${folder}`)
    this.#end.leave(this.#parts.context.clock.nowUs())
    await this.#publisher.part({ ...this.#bye(), final: false, kept: { records, folder, reason } })
    this.#close()
    this.#control.tell({ kept: true })
    return { kind: 'kept', records, reason }
  }

  #reason(): string {
    const { unstored, overflow } = this.#publisher
    const told = this.#refused?.message ?? unstored?.message ?? this.#delay ?? this.#keeper.unstored
    const { hopeless, sought } = this.#parts.link
    return told ?? hopeless ?? whyKept(overflow, this.#welcome === undefined ? sought : undefined)
  }

  async #leave(): Promise<SessionOutcome> {
    await this.#recorder?.end()
    const end = this.#end.known(this.#said)
    if (end !== undefined) this.own.record({ type: 'process.end', ...howOf(end) })
    this.own.seal()
    if ((await this.#publisher.drain(this.#until)) === 'drained') {
      await this.#publisher.leave(() => ({ ...this.#bye(), final: false }), this.#until)
    }
    this.#close()
    return { kind: 'left' }
  }

  /** Not collected. What is refused for another reason is kept, and goes on being recorded. */
  get #isQuiet(): boolean {
    return this.#refused?.reason === 'not-collected'
  }

  async #endQuietly(): Promise<SessionOutcome> {
    // It may have said its end before it was told that it is not collected.
    if (this.#said === undefined) await this.#readEnd()
    this.own.close()
    emptySession(this.folder)
    // Its place is held until its process ends: how it ended is told with this agent's farewell.
    while (this.#end.isAwaited && this.#asked === 'serve') await this.#news.wait(lookMs)
    const end = (this.#said ?? this.#end.known(undefined)) ? await this.#rankEnd() : undefined
    this.#close()
    removeSession(this.folder)
    return { kind: 'not-collected', end }
  }

  #close(): void {
    this.#keeper.stop()
    this.#recorder?.stop()
    this.#publisher.close()
    this.own.close()
  }

  #listener(): PublisherListener {
    return {
      welcomed: (welcome) => this.#noteWelcome(welcome),
      refused: (refused) => this.#noteRefusal(refused),
      delayed: (later) => this.#noteDelay(later),
      settled: (settled) => {
        this.#settled = settled
        for (const one of wordsOfRun(settled, this.#parts.context)) this.#parts.told(one)
        this.#conclude()
      },
      packed: (packed) => this.#look(packed),
      progressed: () => {
        this.#markDue = true
      },
      offset: (us, uncertaintyUs) => {
        // It is this machine's, now: it says nothing of the clock by which a kept session was written.
        if (this.#recorder !== undefined) this.#offset.note(us, uncertaintyUs)
      },
      problem: (problem) => this.#noteProblem(problem),
      trouble: (message) => this.#parts.told(message),
    }
  }

  #noteWelcome(welcome: Welcome): void {
    const { runId, runDir, rank, attempt, ordinal } = welcome
    // Each is told once: a conflict is found later than the rest.
    for (const one of welcome.differences) this.#parts.told(one)
    this.#welcome = welcome
    this.#delay = undefined
    this.#control.tell({ runId, runDir, rank, attempt, ordinal, mark: welcome.next, message: undefined })
    this.#keeper.begin(runId, runDir)
    this.#log.begin(runDir)
    this.#parts.context.tell({ kind: 'welcomed', runId, runDir })
  }

  #noteDelay({ message, tell }: Later): void {
    this.#delay = message
    if (tell !== true) return
    this.#parts.told(message)
    this.#control.tell({ message })
  }

  #noteRefusal(refused: Refused): void {
    const { reason, message } = refused
    this.#refused = refused
    this.#keeper.stop()
    // Told first: a client that finds itself quiet does not look again.
    if (!this.#isQuiet || this.facts.silent !== true) this.#parts.told(message)
    this.#control.tell({ state: this.#isQuiet ? 'quiet' : 'refused', message })
    if (this.#isQuiet) this.#recorder?.stop()
    this.#parts.context.tell({ kind: 'refused', reason, message })
    this.#news.ring()
  }

  /** The few events the agent acts on itself. */
  #look(packed: Packed): void {
    for (const [i, payload] of packed.events.entries()) {
      const event = lookForOwn(payload)
      if (event === undefined) continue
      if (event.type === 'session.end' && writerOf(packed.stream) === this.facts.pid) this.#noteEnd(event)
      for (const wrong of this.#amiss.note(event)) this.#parts.told(wrong)
      if (event.type === 'artifact') {
        this.#keeper.keep(event, { stream: packed.stream, number: packed.first + packed.eventIndex[i]! })
      }
    }
  }

  #noteEnd(event: SessionEnd | undefined): void {
    if (event === undefined) return
    this.#said = event
    this.#news.ring()
  }

  #noteProblem(problem: ReaderProblem): void {
    const message = describeProblem(problem)
    if (problem.kind === 'unreadable') this.#parts.told(message)
    else this.own.record(problemFact(problem, message))
  }
}
