import type { GraphBuilder, Roster } from '@provloom/graph'
import type { RunFacts } from '@provloom/rundir'
import type { Closed, ControlEntry, RunEntry, RunSummary } from '@provloom/rundir/entry'
import type { Attempt, Envelope, Lsn, Rank, SegmentLog } from '@provloom/shared'
import { closeRun, endRun } from './ending.ts'
import type { Ending } from './ending.ts'
import { Entries } from './entries.ts'
import type { Lease } from './lease.ts'
import { Ownership } from './ownership.ts'
import type { Readers } from './readers.ts'
import type { RunView } from './run-view.ts'
import type { Submission } from './stream-positions.ts'
import type { Surroundings } from './surroundings.ts'
import { tellSkipped } from './trouble.ts'
import type { Trouble } from './trouble.ts'
import { Upkeep } from './upkeep.ts'

/** What an open run is made of, by whoever has opened its journal. */
export interface Opening {
  readonly log: SegmentLog
  /** They have taken in all that is in the journal. */
  readonly readers: Readers
  readonly lease: Lease
  readonly trouble: Trouble
  /** How long that took, where there was something to be taken in. */
  readonly replayMs?: number
}

/**
 * A run that is open: its journal, and what is built from the journal's entries in their order. Nothing is known of a run
 * but what its journal holds: what goes in goes by `submit` and `record`, and who wants to know something asks its view.
 * What becomes of what went in is told to all who listen (`run-status.ts`, `status.ts`).
 */
export class OpenRun implements RunView {
  readonly kind = 'open'
  readonly facts: RunFacts
  readonly #around: Surroundings
  readonly #log: SegmentLog
  readonly #readers: Readers
  readonly #trouble: Trouble
  readonly #ownership: Ownership
  readonly #entries: Entries
  #upkeep: Upkeep
  #ending = false
  /** What was written when it ended; undefined while it goes on. */
  #over: readonly string[] | undefined
  #changed = false
  readonly #beganMs: number

  constructor(around: Surroundings, facts: RunFacts, opening: Opening) {
    const { log, readers, lease, trouble, replayMs } = opening
    this.facts = facts
    this.#around = around
    this.#beganMs = around.clock.monotonicMs()
    this.#log = log
    this.#readers = readers
    this.#trouble = trouble
    this.#ownership = new Ownership(facts, lease, trouble, () => this.#upkeep.abandon())
    this.#entries = new Entries({
      log,
      roster: readers.roster,
      ownership: this.#ownership,
      trouble,
      runs: around.runs,
      take: (entry, position, bytes) => this.#take(entry, position, bytes),
    })
    this.#upkeep = this.#newUpkeep()
    if (replayMs !== undefined) this.#upkeep.replayed(replayMs)
  }

  get roster(): Roster {
    return this.#readers.roster
  }

  get summary(): RunSummary {
    return this.#readers.graph.summary()
  }

  get told(): ReturnType<GraphBuilder['told']> {
    return this.#readers.graph.told()
  }

  get isEnding(): boolean {
    return this.#ending
  }

  get isOver(): boolean {
    return this.#over !== undefined
  }

  get files(): readonly string[] {
    return this.#over ?? []
  }

  get gone(): string | undefined {
    return this.#ownership.gone
  }

  get isRecording(): boolean {
    return this.#entries.isRecording
  }

  get unwritten(): string | undefined {
    return this.#trouble.why('journal')
  }

  get unflushed(): string | undefined {
    return this.#trouble.why('flush')
  }

  /** Bytes taken in and not yet applied. */
  get pendingBytes(): number {
    return this.#entries.pendingBytes
  }

  /** So many metric rows wait for Parquet that nothing more should be received. */
  get isOverfull(): boolean {
    return this.#upkeep.overfull
  }

  /** Of each stream of an attempt, the next record that is not in the journal. */
  storedOf(rank: Rank, attempt: Attempt): Record<string, number> {
    return this.#entries.storedOf(rank, attempt)
  }

  /** Sends the new part of an envelope on its way into the journal, if there is any and it fits. `asReceived` are its bytes. */
  submit(envelope: Envelope, asReceived: Uint8Array): Submission {
    return this.#entries.submit(envelope, asReceived)
  }

  /**
   * Writes an entry of our own.
   *
   * @returns its position, once it is synced and applied
   * @throws {ProvloomError} `LOG_FAILED`
   */
  record(entry: ControlEntry): Promise<Lsn> {
    return this.#entries.record(entry)
  }

  /** Asks for a flush at the next time that one may begin. */
  requestFlush(): void {
    this.#upkeep.requestFlush()
  }

  /**
   * Writes the document as it is now: somebody waits for it.
   *
   * @returns whether it was written
   */
  flushNow(): Promise<boolean> {
    return this.#upkeep.flushNow()
  }

  /** Begins what has become due with time, and looks whether the run is still there and ours. */
  look(): void {
    if (this.#ownership.isOurs()) this.#upkeep.look()
    else this.#around.runs.tell({ kind: 'gone', runId: this.facts.runId })
  }

  /** Tells how it goes on, when something was stored since the last time. */
  tellProgress(): void {
    if (!this.#changed) return
    this.#changed = false
    const { rankCount, records, logs } = this.roster
    const { flushes } = this.#upkeep
    const { runId } = this.facts
    const going = this.#readers.graph.going((this.#around.clock.monotonicMs() - this.#beganMs) / 1000)
    const so = going === undefined ? {} : { going }
    this.#around.tell({ kind: 'progress', runId, ranks: rankCount, events: records, logs, flushes, ...so })
  }

  /**
   * Brings everything to its end: the document is final, unless it is amended or the run goes on.
   *
   * @param last records what is still to be said in it; from now on nobody is let in
   * @throws the system's error, or `LOG_FAILED`; the run is then still open and a later call goes on
   */
  async end(cause: Closed['cause'], last: () => Promise<void>): Promise<void> {
    await this.#refusing(last)
    await this.settled()
    await this.#upkeep.close()
    this.#over = await endRun(this.#asEnding(), this.#around, cause)
    this.#ending = false
  }

  /** Ranks come that belong to it: it goes on. @throws {ProvloomError} `LOG_FAILED` */
  async goOn(): Promise<void> {
    if (this.#over !== undefined) {
      this.#over = undefined
      this.#upkeep = this.#newUpkeep()
    } else if (!this.roster.closed) return
    await this.record({ kind: 'reopened', time: this.#around.clock.nowUs() })
    this.requestFlush()
  }

  /**
   * Nothing is added any more: the journal is removed.
   *
   * @param mayReopen what the run would go on from is kept
   * @param last records what is still to be said in it; from now on nobody is let in
   * @throws the system's error; a later call goes on
   */
  async close(mayReopen: boolean, last: () => Promise<void>): Promise<void> {
    await this.#refusing(last)
    await this.settled()
    this.#over = await closeRun(this.#asEnding(), this.#around, mayReopen)
    this.#log.close()
    this.#ownership.leave()
  }

  /** Resolves when everything submitted is in the journal and applied, or has failed. */
  settled(): Promise<void> {
    return this.#entries.settled()
  }

  /** Nobody is let in from now on, unless the last of it cannot be recorded. */
  async #refusing(last: () => Promise<void>): Promise<void> {
    const before = this.#ending
    this.#ending = true
    try {
      await last()
    } catch (error) {
      this.#ending = before
      throw error
    }
  }

  #take(entry: RunEntry, position: Lsn, bytes: number): void {
    const skipped = this.#readers.take(position, entry)
    if (skipped !== undefined) tellSkipped(this.#trouble, position, skipped)
    this.#changed = true
    this.#upkeep.taken(bytes)
  }

  /** Nothing is applied while `work` goes on, slice by slice; unhurried while nobody waits for anything of this run. */
  #still<R>(work: Generator<void, R>): Promise<R> {
    return this.#entries.still(work, () => !this.#ending)
  }

  #asEnding(): Ending {
    return {
      facts: this.facts,
      readers: this.#readers,
      trouble: this.#trouble,
      record: (entry) => this.record(entry),
      still: (work) => this.#still(work),
    }
  }

  #newUpkeep(): Upkeep {
    return new Upkeep({
      around: this.#around,
      facts: this.facts,
      readers: this.#readers,
      ownership: this.#ownership,
      trouble: this.#trouble,
      record: (entry) => this.record(entry),
      still: (work) => this.#still(work),
      dropBefore: (position) => this.#log.dropBefore(position),
    })
  }
}
