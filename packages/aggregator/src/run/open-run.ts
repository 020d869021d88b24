import type { Roster } from '@provloom/graph'
import type { RunFacts } from '@provloom/rundir'
import { controlRecord, envelopeRecord, recordsOf } from '@provloom/rundir/entry'
import type { Closed, ControlEntry, RunSummary } from '@provloom/rundir/entry'
import { ProvloomError, causeOf, lsn } from '@provloom/shared'
import type { Attempt, Envelope, Lsn, Rank, SegmentLog } from '@provloom/shared'
import { Flusher } from '../flusher.ts'
import { Journal } from '../journal/journal.ts'
import type { Progress } from '../status.ts'
import { ApplyQueue } from './apply-queue.ts'
import { closeRun, endRun } from './ending.ts'
import type { Ending } from './ending.ts'
import { flushRun } from './flush.ts'
import type { Readers } from './readers.ts'
import type { Lease } from './lease.ts'
import { Sealer } from './sealer.ts'
import { StreamPositions } from './stream-positions.ts'
import type { Submission } from './stream-positions.ts'
import type { Surroundings } from './surroundings.ts'
import { Unwritten } from './unwritten.ts'
import type { Weighed } from './unwritten.ts'
import { Trouble, tellSkipped } from './trouble.ts'

/** On its way into the journal. */
type Item =
  | { readonly kind: 'envelope'; readonly envelope: Envelope; readonly bytes: number }
  | {
      readonly kind: 'control'
      readonly entry: ControlEntry
      readonly bytes: number
      readonly applied: (position: Lsn) => void
      readonly failed: (error: unknown) => void
    }

/**
 * A run that is open: its journal, and what is built from the journal's entries in their order. An envelope is synced,
 * then acknowledged, then applied to graph and metric store; then a flush may be due. Nothing is known of a run but what
 * its journal holds: what goes in goes by `submit` and `record`.
 */
export class OpenRun {
  readonly kind = 'open'
  readonly facts: RunFacts
  readonly trouble: Trouble
  /** Whose sessions are in it: that of another job may have named it by its id. */
  readonly jobKeys: Set<string>
  readonly #around: Surroundings
  readonly #log: SegmentLog
  readonly #readers: Readers
  readonly #positions: StreamPositions
  readonly #journal: Journal<Item>
  readonly #applying: ApplyQueue<Item>
  readonly #lease: Lease
  readonly #unwritten = new Unwritten()
  #gone: string | undefined
  #flusher: Flusher
  #sealer: Sealer
  #ending = false
  #over: { readonly files: readonly string[]; readonly position: number } | undefined
  #changed = false
  /** Entries of our own that are not applied yet: each has somebody who waits for it. */
  #controls = 0
  /** Its rank tells its hints, for the others of its name as well. */
  tellsHints = false

  /** @param log the journal, all of whose entries `readers` have taken in */
  constructor(around: Surroundings, facts: RunFacts, log: SegmentLog, readers: Readers, lease: Lease) {
    this.facts = facts
    this.jobKeys = new Set([facts.jobKey])
    this.#lease = lease
    this.#around = around
    this.#log = log
    this.#readers = readers
    this.#positions = new StreamPositions(readers.roster)
    this.trouble = new Trouble(around.tell, facts.runId)
    this.#applying = new ApplyQueue((one, position) => this.#apply(one, position), around.onRoom)
    this.#journal = new Journal({
      log,
      onCommit: (items, first) => this.#committed(items, first),
      onFailure: (items, error) => this.#failed(items, error),
      room: () => this.#applying.room(),
    })
    this.#flusher = this.#newFlusher()
    this.#sealer = this.#newSealer()
  }

  /** Who takes part, as the journal knows it. */
  get roster(): Roster {
    return this.#readers.roster
  }

  /** What its users should know of it as a whole, in words: by their code. */
  get words(): readonly string[] {
    const { words, hints } = this.#readers.graph.told()
    return this.tellsHints ? [...words, ...hints] : words
  }

  get summary(): RunSummary {
    return this.#readers.graph.summary()
  }

  /** It is being ended, and takes nobody in now. */
  get isEnding(): boolean {
    return this.#ending
  }

  /** Everybody has ended, and the document says so; it is amended, goes on, or is closed. */
  get isOver(): boolean {
    return this.#over !== undefined
  }

  /** What was written when it ended, relative to the run directory. */
  get files(): readonly string[] {
    return this.#over?.files ?? []
  }

  /** It is not ours to write any more, and why: nothing of it is stored or acknowledged. */
  get gone(): string | undefined {
    return this.#gone
  }

  /** Entries of our own are on their way into the journal. */
  get isRecording(): boolean {
    return this.#controls > 0
  }

  /** Bytes taken in and not yet applied. */
  get pendingBytes(): number {
    return this.#journal.bytes + this.#applying.bytes
  }

  /** So many metric rows wait for Parquet that nothing more should be received. */
  get isOverfull(): boolean {
    return this.#sealer.overfull
  }

  /** Of each stream of an attempt, the next record that is not in the journal. */
  storedOf(rank: Rank, attempt: Attempt): Record<string, number> {
    return this.#positions.of(rank, attempt)
  }

  /** Nothing of a session comes any more: it is waited for by nobody. */
  abandon(session: string): void {
    this.#unwritten.forget(session)
  }

  /** It cannot be written now, as far as its last try showed. */
  get isStuck(): boolean {
    return this.trouble.why('journal', 'finish') !== undefined
  }

  /** Sends the new part of an envelope on its way into the journal, if there is any and it fits. `asReceived` are its bytes. */
  submit(envelope: Envelope, asReceived: Uint8Array): Submission {
    const submission = this.#positions.accept(envelope, asReceived)
    if (submission.kind === 'fits') {
      const { envelope: fitting, bytes } = submission
      this.#journal.submit(
        { kind: 'envelope', envelope: fitting, bytes: bytes.length },
        envelopeRecord(bytes),
      )
    }
    return submission
  }

  /**
   * Writes an entry of our own.
   *
   * @returns its position, once it is synced and applied
   * @throws {ProvloomError} `LOG_FAILED`
   */
  async record(entry: ControlEntry): Promise<Lsn> {
    this.#controls++
    try {
      return await this.#recorded(entry)
    } finally {
      this.#controls--
    }
  }

  /** Asks for a flush at the next time that one may begin. */
  requestFlush(): void {
    this.#flusher.request()
  }

  /** The journal was replayed, which took so long. */
  replayed(tookMs: number): void {
    this.#flusher.restart(this.roster.logs, tookMs)
  }

  /** Begins what has become due with time. */
  look(): void {
    if (this.#isOurs()) this.#sealer.look()
  }

  /** How it goes on, when something was stored since the last call. */
  takeProgress(): Progress | undefined {
    if (!this.#changed) return undefined
    this.#changed = false
    const { rankCount, records, logs } = this.roster
    const { flushes } = this.#flusher
    return { kind: 'progress', runId: this.facts.runId, ranks: rankCount, events: records, logs, flushes }
  }

  /**
   * Writes the document as it is now: somebody waits for it.
   *
   * @returns whether it was written
   */
  flushNow(): Promise<boolean> {
    return this.#flusher.now()
  }

  /**
   * Brings everything to its end: the document is final, unless it is amended or the run goes on.
   *
   * @throws the system's error, or `LOG_FAILED`; the run is then still open and a later call goes on
   */
  async end(cause: Closed['cause']): Promise<void> {
    this.#ending = true
    await this.settled()
    await this.#flusher.close()
    await this.#sealer.close()
    const files = await endRun(this.#asEnding(), this.#around, cause)
    this.#over = { files, position: this.#readers.position }
    this.#ending = false
  }

  /** Ranks come that belong to it: it goes on. @throws {ProvloomError} `LOG_FAILED` */
  async goOn(): Promise<void> {
    if (this.#over !== undefined) {
      this.#over = undefined
      this.#flusher = this.#newFlusher()
      this.#sealer = this.#newSealer()
    } else if (!this.roster.closed) return
    await this.record({ kind: 'reopened', time: this.#around.clock.nowUs() })
    this.requestFlush()
  }

  /**
   * Nothing is added any more: the journal is removed.
   *
   * @param mayReopen what the run would go on from is kept
   * @throws the system's error; a later call goes on
   */
  async close(mayReopen: boolean): Promise<void> {
    this.#ending = true
    await this.settled()
    const files = await closeRun(this.#asEnding(), this.#around, mayReopen)
    this.#over = { files, position: this.#readers.position }
    this.#log.close()
    this.#lease.leave()
  }

  /** Resolves when everything submitted is in the journal and applied, or has failed. */
  async settled(): Promise<void> {
    await this.#journal.settled()
    await this.#applying.settled()
  }

  #asEnding(): Ending {
    return {
      facts: this.facts,
      readers: this.#readers,
      trouble: this.trouble,
      record: (entry) => this.record(entry),
      still: (work) => this.#still(work),
    }
  }

  #newFlusher(): Flusher {
    const { clock } = this.#around
    return new Flusher(
      {
        everyLogs: this.facts.settings.saveAfterNLogs,
        clock,
        flush: () => this.#flush(),
        onFailure: (error) => this.trouble.began('flush', error),
      },
      this.roster.logs,
    )
  }

  #newSealer(): Sealer {
    const { files, clock, onRoom } = this.#around
    return new Sealer({
      files,
      clock,
      readers: this.#readers,
      trouble: this.trouble,
      runDir: this.facts.runDir,
      record: (entry) => this.record(entry),
      still: (work) => this.#still(work),
      dropBefore: (position) => this.#log.dropBefore(position),
      onRoom,
    })
  }

  #recorded(entry: ControlEntry): Promise<Lsn> {
    return new Promise((resolve, reject) => {
      const record = controlRecord(entry)
      const bytes = record.reduce((sum, part) => sum + part.length, 0)
      this.#journal.submit({ kind: 'control', entry, bytes, applied: resolve, failed: reject }, record)
    })
  }

  /** Looks whether the run is there and ours; once it is not, it never is again. */
  #isOurs(atOnce = false): boolean {
    if (this.#gone !== undefined) return false
    const standing = this.#lease.look(atOnce)
    if (standing === 'held') return true
    const { runDir } = this.facts
    this.#gone =
      standing === 'removed'
        ? `the run directory ${runDir} was removed: what is logged from now on is kept with the ranks`
        : `${runDir} was taken over by another process: what is logged from now on is kept with the ranks`
    void this.#flusher.close()
    void this.#sealer.close().catch(() => {})
    const code = standing === 'removed' ? 'RUN_REMOVED' : 'RUN_TAKEN'
    const hint = 'When the job is over, provloom spools lists what is kept, and provloom import hands it in.'
    const facts = { doing: 'write the run', to: runDir, hint }
    this.trouble.began('gone', new ProvloomError(code, this.#gone, facts))
    return false
  }

  #committed(items: readonly Item[], first: Lsn): void {
    // Another one may have taken the run while this process was stopped: it has never read what we have just written.
    if (!this.#isOurs()) return this.#failed(items, new Error(this.#gone))
    if (this.#unwritten.written(items.map((one) => weighed(one))))
      this.trouble.ended('journal', 'The journal is written again')
    const acknowledgements = new Map<string, Record<string, number>>()
    for (const one of items) {
      if (one.kind !== 'envelope') continue
      const { session, stream, first: start, count } = one.envelope
      this.#positions.stored(one.envelope, start + count)
      noteStream(acknowledgements, session, stream, start + count)
    }
    if (acknowledgements.size > 0) this.#around.acknowledge(acknowledgements)
    for (const [i, one] of items.entries()) this.#applying.push(one, lsn(first + i), one.bytes)
  }

  #failed(items: readonly Item[], error: unknown): void {
    if (this.#isOurs(true)) this.trouble.began('journal', error, 'LOG_FAILED')
    this.#unwritten.failed(items.map((one) => weighed(one)))
    const streams = new Map<string, Record<string, number>>()
    for (const one of items) {
      if (one.kind === 'control') {
        one.failed(error)
        continue
      }
      const { session, stream } = one.envelope
      noteStream(streams, session, stream, this.#positions.failed(one.envelope))
    }
    if (streams.size > 0) this.#around.retryLater(streams, causeOf(error))
    this.#around.onRoom()
  }

  #apply(one: Item, position: Lsn): void {
    const entry = one.kind === 'envelope' ? recordsOf(one.envelope) : one.entry
    const skipped = this.#readers.take(position, entry)
    if (skipped !== undefined) tellSkipped(this.trouble, position, skipped)
    this.#changed = true
    if (entry.kind === 'retired') this.#positions.retired(entry)
    if (one.kind === 'control') one.applied(position)
    this.#flusher.logged(this.roster.logs)
    this.#sealer.applied(one.bytes)
  }

  /** Nothing is applied while `work` goes on, slice by slice; unhurried while nobody waits for anything of this run. */
  #still<R>(work: Generator<void, R>): Promise<R> {
    return this.#applying.still(work, () => !this.#ending && this.#controls === 0)
  }

  async #flush(): Promise<void> {
    if (!this.#isOurs(true)) return
    await flushRun(this.#around, this.facts, this.#readers, (work) => this.#still(work))
    this.trouble.ended('flush', 'prov.json is written again')
  }
}

function weighed(one: Item): Weighed {
  if (one.kind === 'control') return { bytes: one.bytes }
  const { session, stream, first, count } = one.envelope
  return { bytes: one.bytes, session, stream, end: first + count }
}

function noteStream(
  into: Map<string, Record<string, number>>,
  session: string,
  stream: string,
  next: number,
): void {
  const streams = into.get(session)
  if (streams === undefined) into.set(session, { [stream]: next })
  else streams[stream] = next
}
