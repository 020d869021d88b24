import type { Bye } from '@provloom/shared'
import type { Context } from '../context.ts'
import { memoryKills } from '../launch/memory-kills.ts'
import type { DrainOutcome } from '../publish/publisher.ts'
import type { Wake } from '../wake.ts'
import { placeOf } from './control.ts'
import { emptySession, removeSession } from './folder.ts'
import { keptRecords } from './outcome.ts'
import type { SessionOutcome } from './outcome.ts'
import type { Pieces } from './pieces.ts'
import { howOf, picturesIn, rankEndOf } from './rank-end.ts'
import type { RankEnded } from './rank-end.ts'
import type { StderrTail } from './stderr-tail.ts'
import { commandEndMs, lookMs } from './waits.ts'

export interface FinishParts {
  readonly context: Context
  readonly pieces: Pieces
  /** When nothing more is known: the last that was heard of a session that is handed in later. */
  readonly lastUs: number | undefined
  readonly stderr: StderrTail | undefined
  readonly news: Wake
}

/** The end of a session: delivered and cleared away, or kept, or left to another agent; and its last words. */
export class Finish {
  readonly #parts: FinishParts
  readonly #pieces: Pieces
  readonly #killsBefore: number | undefined = memoryKills()

  constructor(parts: FinishParts) {
    this.#parts = parts
    this.#pieces = parts.pieces
  }

  /** Has all of it in the document on disk, where an aggregator takes it; else it is kept. */
  async deliver(): Promise<SessionOutcome> {
    const { publisher, sources, orders, reading, own, standing, folder } = this.#pieces
    // What is still being asked is waited for at the same time. Its watch is over before somebody else's may begin.
    const asked = sources.stop()
    publisher.closing()
    const outcome = await this.#drain()
    await asked
    const stored = outcome === 'refused' || (await this.#store(outcome))
    if (this.#pieces.end.writers.length === 0) await reading.readEnd()
    if (reading.history?.rankEnded !== true) own.record(this.#withStderr(await this.#rankEnd()))
    own.seal()
    const left =
      outcome === 'drained' &&
      (await publisher.drain(orders.until)) === 'drained' &&
      stored &&
      (await publisher.leave(() => this.#bye(), orders.until))
    if (standing.isQuiet) return this.quietly()
    if (!left || publisher.overflow > 0) return this.#keep()
    const settled = await publisher.settled(orders.until)
    // Whoever hands it in again has its document written.
    if (!settled && publisher.unstored !== undefined) return this.#keep()
    standing.conclude(publisher.marks)
    await this.#tellExit()
    this.#close()
    const run = standing.welcome ?? placeOf(folder)
    removeSession(folder)
    this.#parts.context.tell({ kind: 'session-ended', session: folder.id })
    return { kind: 'delivered', run }
  }

  /** Another agent goes on with it. */
  async leave(): Promise<SessionOutcome> {
    const { sources, own, publisher, orders, end } = this.#pieces
    await sources.stop()
    if (end.known !== undefined || end.life === 'gone') {
      const how = end.known === undefined ? {} : howOf(end.known)
      own.record({ type: 'process.end', time: end.overUs, ...how })
    }
    own.seal()
    if ((await publisher.drain(orders.until)) === 'drained')
      await publisher.leave(() => ({ ...this.#bye(), final: false }), orders.until)
    this.#close()
    return { kind: 'left' }
  }

  /** It is not collected: nothing of it stays. */
  async quietly(): Promise<SessionOutcome> {
    const { reading, own, folder, end, orders } = this.#pieces
    // It may have said its end before it was told that it is not collected.
    await reading.readEnd()
    own.close()
    emptySession(folder)
    // Its place is held until its process ends: how it ended is told with this agent's farewell.
    let untilMs = Infinity
    while (orders.serves && (end.isAwaited || (end.mayBeTold() && this.#nowMs < untilMs))) {
      if (!end.isAwaited) {
        reading.readQuietEnd()
        untilMs = Math.min(untilMs, this.#nowMs + commandEndMs)
      }
      await this.#parts.news.wait(lookMs)
    }
    reading.readQuietEnd()
    const isKnown = end.said !== undefined || end.known !== undefined
    const rankEnd = isKnown ? await this.#rankEnd() : undefined
    this.#close()
    removeSession(folder)
    return { kind: 'not-collected', end: rankEnd }
  }

  get #nowMs(): number {
    return this.#parts.context.clock.monotonicMs()
  }

  async #drain(): Promise<DrainOutcome> {
    const { publisher, orders } = this.#pieces
    for (;;) {
      const outcome = await publisher.drain(orders.until)
      // Who has ended and lives on has time: an aggregator that comes back gets it all the same.
      if (outcome !== 'gave-up' || !this.#hasTime) return outcome
      this.#tellReason()
    }
  }

  /** @returns whether all logged files are where they belong */
  async #store(outcome: DrainOutcome): Promise<boolean> {
    const { keeper, orders } = this.#pieces
    const patienceMs = outcome === 'drained' ? this.#parts.context.timing.drainMs : 0
    while (!(await keeper.finish(orders.until, patienceMs))) {
      if (outcome !== 'drained' || !this.#hasTime) return false
      this.#tellReason()
    }
    return true
  }

  get #hasTime(): boolean {
    return this.#pieces.orders.hasTime && this.#pieces.end.life !== 'gone'
  }

  async #rankEnd(): Promise<ReturnType<typeof rankEndOf>> {
    const { facts, end, reading } = this.#pieces
    const { said } = end
    return rankEndOf({
      said,
      process: end.known ?? reading.history?.processEnd,
      variables: facts.environment,
      killsBefore: this.#killsBefore,
      // What was measured of the machine after it is no sign of life.
      lastUs:
        this.#parts.lastUs ??
        (said === undefined ? (end.toldUs ?? end.seenUs ?? (await reading.again()).lastUs) : undefined),
    })
  }

  /** Of one that did not end well, unless that is said already. */
  #withStderr(end: RankEnded): RankEnded {
    const stderr = end.status === 'completed' ? undefined : this.#parts.stderr?.read()
    return stderr === undefined || end.error?.includes(stderr) === true ? end : { ...end, stderr }
  }

  /** The process's own end, where this was its last session and it follows soon enough to be told. */
  async #tellExit(): Promise<void> {
    const { end, orders, folder, publisher } = this.#pieces
    const how = await end.after(() => orders.serves)
    if (how === undefined || end.said === undefined) return
    await publisher.amend({ kind: 'exit', session: folder.id, time: end.overUs, ...howOf(how) }, orders.until)
  }

  async #keep(): Promise<SessionOutcome> {
    const { publisher, folder, standing, end } = this.#pieces
    const mark = publisher.marks
    const reason = this.#reason()
    const records = await keptRecords(this.#parts.context, folder, mark)
    standing.tell({ message: reason, mark })
    standing.log(`${reason}; ${records} records are kept in ${folder.root}`)
    end.leave()
    await publisher.part({ ...this.#bye(), final: false, kept: { records, folder: folder.root, reason } })
    this.#close()
    standing.tell({ kept: true })
    return { kind: 'kept', records, reason }
  }

  #bye(): Bye {
    const { folder, publisher, own, end } = this.#pieces
    return {
      kind: 'bye',
      session: folder.id,
      final: true,
      ledger: { ...publisher.ledger, [own.id]: own.ledger },
      ledgerClosed: end.writers.length === 0 || end.said !== undefined,
      ...picturesIn(end.said),
    }
  }

  #tellReason(): void {
    this.#pieces.standing.tell({ message: this.#reason() })
  }

  #reason(): string {
    const { publisher, keeper, standing } = this.#pieces
    const { unstored, overflow } = publisher
    // Before the run is known its files are no reason of their own.
    const files = keeper.isBegun ? keeper.unstored : undefined
    return standing.reason({ unstored, overflow, files })
  }

  #close(): void {
    const { keeper, sources, publisher, own } = this.#pieces
    keeper.stop()
    void sources.stop()
    this.#parts.stderr?.close()
    publisher.close()
    own.close()
  }
}
