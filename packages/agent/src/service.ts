import os from 'node:os'
import { limits, reasonOf } from '@provloom/shared'
import type { Bye, Hello, Refused, SessionEnd, SessionStart, Welcome } from '@provloom/shared'
import { ArtifactKeeper } from './artifact/keeper.ts'
import type { Context } from './context.ts'
import { helloOf, rankOf, wantedRun } from './identity.ts'
import { Publisher } from './publish/publisher.ts'
import type { Recorder } from './sources/recorder.ts'
import { settingsOf } from './settings.ts'
import type { Settings } from './settings.ts'
import { formerRun, writeControl } from './spool/control.ts'
import { emptySpool, removeSpool } from './spool/folder.ts'
import type { SpoolFolder } from './spool/folder.ts'
import { countRecords, lookForOwn, readHistory } from './spool/history.ts'
import type { History } from './spool/history.ts'
import type { Fact, OwnStream } from './spool/own-stream.ts'
import { findSessionStart } from './spool/scout.ts'
import { livingWriters } from './spool/writers.ts'
import type { Packed, ReaderProblem } from './spool/stream-reader.ts'
import type { Delivery } from './status.ts'
import { connectionFiles, findConnection, mayBeAlive } from './transport/locate.ts'
import { Wake } from './wake.ts'

export interface ServiceParts {
  readonly context: Context
  readonly spool: SpoolFolder
  readonly own: OwnStream
  readonly recorder: Recorder | undefined
  /** The name of the experiment when nobody gave one. */
  readonly experimentDefault: string
  readonly history: History | undefined
}

/** How a rank's service is to end. */
export interface Ending {
  /** The rank's execution has ended; otherwise this agent leaves and another may come. */
  readonly final: boolean
  /** Monotonic milliseconds at which it gives up in any case. */
  readonly until: number
  readonly rankEnd: Fact | undefined
}

const scoutEveryMs = 100
const patienceMs = 10_000
/** Counting what is kept is for a message; the command's end does not wait longer for it. */
const countingMs = 200

/** Serves one spool: finds out what its worker wants, publishes it, keeps its artifacts, says bye, and clears up. */
export class SpoolService {
  readonly #parts: ServiceParts
  readonly #stirred: Wake
  #publisher: Publisher | undefined
  #keeper: ArtifactKeeper | undefined
  #begun: Promise<void> | undefined
  #welcome: Welcome | undefined
  #refused: Refused | undefined
  #sessionEnd: SessionEnd | undefined
  #createGraph = false
  #createSvg = false
  #offset: { readonly us: number; readonly uncertaintyUs: number } | undefined
  #workerEnded = false
  #cancelReminder: (() => void) | undefined

  constructor(parts: ServiceParts) {
    this.#parts = parts
    this.#stirred = new Wake(parts.context.clock)
    if (parts.history?.sessionEnd !== undefined) this.#noteSessionEnd(parts.history.sessionEnd)
  }

  /** What the worker said of its own end, when it was read. */
  get sessionEnd(): SessionEnd | undefined {
    return this.#sessionEnd
  }

  /** Begins to publish as soon as it is known what the worker wants. */
  begin(): void {
    this.#begun ??= this.#begin().catch((error: unknown) => {
      this.#parts.context.voice.tell(`what is logged cannot be published: ${reasonOf(error)}`)
    })
  }

  /** The worker has ended: whoever waits for its first word need not any more. */
  workerEnded(): void {
    this.#workerEnded = true
    this.#stirred.ring()
  }

  /** Whoever drains gives up now. */
  hurry(): void {
    this.#publisher?.hurry()
  }

  /** Publishes what is left, ends the conversation, and removes the spool, or says where it is kept. */
  async finish(ending: (sessionEnd: SessionEnd | undefined) => Ending): Promise<Delivery> {
    const { context, own } = this.#parts
    this.workerEnded()
    this.begin()
    await this.#begun
    context.tell({ kind: 'draining' })
    const publisher = this.#publisher
    const { until } = ending(this.#sessionEnd)
    const outcome = publisher === undefined ? 'gave-up' : await publisher.drain(until)
    if (outcome !== 'refused') await this.#finishArtifacts(until)
    // What the worker said at its end has been read by now; where nobody took it, it still lies in the spool.
    if (this.#sessionEnd === undefined && outcome === 'gave-up') await this.#lookForSessionEnd()
    const { rankEnd, final } = ending(this.#sessionEnd)
    const heir = final ? this.#heir() : undefined
    if (rankEnd !== undefined) own.record(rankEnd)
    own.tellDrops()
    const left =
      publisher !== undefined &&
      outcome === 'drained' &&
      (await publisher.drain(until)) === 'drained' &&
      (await publisher.leave(this.#bye(final && heir === undefined), until))
    this.#cancelReminder?.()
    await publisher?.close()
    own.close()
    return heir === undefined ? this.#deliver(left, final) : this.#handOn(heir)
  }

  async #begin(): Promise<void> {
    const { context, spool, recorder, experimentDefault, history, own } = this.#parts
    const { given, identity, voice, clock } = context
    const start = await this.#firstWord()
    const settings = settingsOf(given, start, experimentDefault, context.directory)
    const rank = rankOf(given, start, identity.place)
    const { attempt } = identity.place
    voice.rank = rank
    recorder?.wantEnergy(!settings.disableCodecarbon)
    const files = connectionFiles(given.connection, settings.provenanceSaveDir, identity.names.connectionKeys)
    if (rank === 0) await this.#bringUpAggregator(settings, files)
    const keeper = new ArtifactKeeper({
      spool,
      rank,
      host: os.hostname(),
      record: (fact) => own.record(fact),
      pending: (stream, lowest) => this.#publisher?.hold(stream, lowest),
    })
    this.#keeper = keeper
    this.#publisher = new Publisher({
      ...context,
      spool,
      from: { session: identity.session, rank, attempt },
      connectionFiles: files,
      listener: this.#listener(keeper),
    })
    for (const one of history?.stored ?? []) keeper.done(one)
    for (const one of history?.artifacts ?? []) keeper.keep(one.artifact, one)
    context.tell({ kind: 'seeking', files })
    this.#cancelReminder = clock.after(patienceMs, () => this.#remind(files))
    const hello: Hello = helloOf(identity, rank, attempt, settings, wantedRun(given, formerRun(spool)?.runId))
    await this.#publisher.start(hello)
  }

  /** Waits for the worker's `session.start`, a while. */
  async #firstWord(): Promise<SessionStart | undefined> {
    const { context, spool } = this.#parts
    const end = context.clock.monotonicMs() + context.timing.helloWaitMs
    for (;;) {
      const last = this.#workerEnded || context.clock.monotonicMs() >= end
      const start = await findSessionStart(context.files, spool)
      if (start !== undefined || last) return start
      await this.#stirred.wait(scoutEveryMs)
    }
  }

  async #bringUpAggregator(settings: Settings, files: readonly string[]): Promise<void> {
    const { config, given, variables, voice } = this.#parts.context
    if (config.startAggregator === undefined) return
    try {
      const found = findConnection(files)
      if (found !== undefined && mayBeAlive(found)) return
      await config.startAggregator({
        provenanceSaveDir: settings.provenanceSaveDir,
        experimentName: settings.experimentName,
        jobKey: given.jobKey,
        environment: variables,
      })
    } catch (error) {
      voice.tell(`could not start an aggregator: ${reasonOf(error)}`)
    }
  }

  #listener(keeper: ArtifactKeeper): ConstructorParameters<typeof Publisher>[0]['listener'] {
    const { tell, voice } = this.#parts.context
    return {
      connecting: (connection) =>
        tell({ kind: 'connecting', endpoint: `${connection.advertise}:${connection.port}` }),
      welcomed: (welcome) => this.#noteWelcome(welcome, keeper),
      refused: (refused) => this.#noteRefusal(refused),
      disconnected: () => tell({ kind: 'disconnected' }),
      packed: (packed) => this.#look(packed, keeper),
      offset: (us, uncertaintyUs) => this.#noteOffset(us, uncertaintyUs),
      problem: (problem) => this.#noteProblem(problem),
      trouble: (message) => voice.tell(message),
    }
  }

  #noteWelcome(welcome: Welcome, keeper: ArtifactKeeper): void {
    const { context, spool } = this.#parts
    const { runId, runDir } = welcome
    if (this.#welcome?.runId !== runId) writeControl(spool, { state: 'collect', runId, runDir })
    this.#welcome = welcome
    this.#cancelReminder?.()
    // Whoever hands in a kept spool asks for nothing.
    if (context.config.mode.kind !== 'drain') {
      for (const difference of welcome.differences) context.voice.tell(difference)
    }
    keeper.begin(runId, runDir)
    context.tell({ kind: 'welcomed', runId, runDir })
  }

  #noteRefusal(refused: Refused): void {
    const { context, spool, own, recorder } = this.#parts
    const { reason, message } = refused
    this.#refused = refused
    this.#cancelReminder?.()
    this.#keeper?.stop()
    recorder?.stop()
    own.close()
    if (reason === 'not-collected') {
      writeControl(spool, { state: 'quiet', message })
      emptySpool(spool)
    } else writeControl(spool, { state: 'closed', message })
    context.voice.tell(message)
    context.tell({ kind: 'refused', reason, message })
  }

  /** The few events the agent acts on itself. */
  #look(packed: Packed, keeper: ArtifactKeeper): void {
    for (const [i, payload] of packed.events.entries()) {
      const event = lookForOwn(payload)
      if (event === undefined) continue
      if (event.type === 'session.end') this.#noteSessionEnd(event)
      if (event.type === 'artifact') {
        keeper.keep(event, { stream: packed.stream, number: packed.first + packed.eventIndex[i]! })
      }
    }
  }

  async #lookForSessionEnd(): Promise<void> {
    const { context, spool } = this.#parts
    const { sessionEnd } = await readHistory(context.files, spool)
    if (sessionEnd !== undefined) this.#noteSessionEnd(sessionEnd)
  }

  #noteSessionEnd(event: SessionEnd): void {
    this.#sessionEnd = event
    this.#createGraph ||= event.createGraph === true
    this.#createSvg ||= event.createSvg === true
  }

  #noteOffset(us: number, uncertaintyUs: number): void {
    const known = this.#offset
    const news = known === undefined || Math.abs(us - known.us) > Math.max(uncertaintyUs, known.uncertaintyUs)
    if (!news) return
    this.#offset = { us, uncertaintyUs }
    // It is this machine's, now: it says nothing of the clock by which a kept spool was written.
    if (this.#parts.context.config.mode.kind === 'drain') return
    this.#parts.own.record({ type: 'clock', host: os.hostname(), offsetUs: us, uncertaintyUs })
  }

  #noteProblem(problem: ReaderProblem): void {
    const message = describeProblem(problem)
    this.#parts.context.voice.tell(message)
    if (problem.kind !== 'unreadable')
      this.#parts.own.record({ type: 'problem', code: 'BAD_RECORD', message })
  }

  async #finishArtifacts(until: number): Promise<void> {
    const keeper = this.#keeper
    if (keeper === undefined) return
    if (this.#welcome !== undefined && keeper.busy) {
      const { clock } = this.#parts.context
      await new Promise<void>((resolve) => {
        const cancel = clock.after(Math.max(0, Math.min(until - clock.monotonicMs(), 2 ** 31 - 1)), resolve)
        void keeper.idle().then(() => {
          cancel()
          resolve()
        })
      })
    }
    keeper.stop()
  }

  #bye(final: boolean): Bye {
    return {
      kind: 'bye',
      session: this.#parts.context.identity.session,
      final,
      ledger: {},
      ledgerClosed: false,
      ...(this.#createGraph ? { createGraph: true } : {}),
      ...(this.#createSvg ? { createSvg: true } : {}),
    }
  }

  async #deliver(left: boolean, final: boolean): Promise<Delivery> {
    const { spool, context } = this.#parts
    const publisher = this.#publisher
    if (this.#refused?.reason === 'not-collected') {
      removeSpool(spool)
      return { kind: 'not-collected' }
    }
    const overflow = publisher?.overflow ?? 0
    if (left && final && overflow === 0 && this.#welcome !== undefined) {
      const { runId, runDir } = this.#welcome
      removeSpool(spool)
      return { kind: 'delivered', runId, runDir }
    }
    const countUntil = context.clock.monotonicMs() + countingMs
    const { records, atLeast } = await countRecords(
      context.files,
      spool,
      (stream) => publisher?.acknowledged(stream) ?? 0,
      () => context.clock.monotonicMs() > countUntil,
    )
    const reason =
      this.#refused?.message ??
      (overflow > 0
        ? `${overflow} streams are more than the ${limits.streamsPerRankMax} that a rank may have`
        : 'the aggregator did not answer')
    if (final) {
      context.voice.tell(
        `${reason}; ${atLeast ? 'more than ' : ''}${records} records are kept in ${spool.root}. Hand them in with: provloom import ${spool.root}`,
      )
    }
    return { kind: 'kept', spool: spool.root, records, reason }
  }

  /** A process that the worker has left behind and that still writes the spool: a forked child, say. */
  #heir(): number | undefined {
    const { context, spool } = this.#parts
    if (context.config.mode.kind === 'drain' || this.#refused !== undefined) return undefined
    return livingWriters(spool).find((pid) => pid !== process.pid)
  }

  #handOn(pid: number): Delivery {
    const { context, spool } = this.#parts
    const what =
      context.config.startSuccessor === undefined
        ? `what it logs is kept in ${spool.root}. Have it published with: provloom agent --attach ${spool.root} --pid ${pid}`
        : 'another agent publishes what it logs until it ends'
    context.voice.tell(`the command has ended, and its process ${pid} goes on; ${what}`)
    return { kind: 'handed-on', spool: spool.root, pid }
  }

  #remind(files: readonly string[]): void {
    const { context, spool } = this.#parts
    context.voice.tell(
      `no aggregator has answered yet (${files.join(', ')}); what is logged is kept in ${spool.root} until one does`,
    )
  }
}

function describeProblem(problem: ReaderProblem): string {
  switch (problem.kind) {
    case 'damage':
      return `${problem.damage.lost} records are damaged at byte ${problem.damage.offset} of ${problem.damage.file}`
    case 'oversized':
      return `record ${problem.number} of ${problem.stream} has ${problem.bytes} bytes, more than an event may have; it is left out`
    case 'unreadable':
      return `the spool's stream ${problem.stream} cannot be read: ${problem.reason}`
  }
}
