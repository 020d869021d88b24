import type { Roster } from '@provloom/graph'
import { controlRecord, envelopeRecord, recordsOf } from '@provloom/rundir/entry'
import type { ControlEntry, RunEntry } from '@provloom/rundir/entry'
import { causeOf, lsn } from '@provloom/shared'
import type { Attempt, Envelope, Lsn, Rank, SegmentLog, Statuses } from '@provloom/shared'
import { Journal } from '../journal/journal.ts'
import { ApplyQueue } from './apply-queue.ts'
import type { Ownership } from './ownership.ts'
import type { RunStatus } from './run-status.ts'
import { StreamPositions } from './stream-positions.ts'
import type { Submission } from './stream-positions.ts'
import type { Trouble } from './trouble.ts'
import { Unwritten } from './unwritten.ts'
import type { Weighed } from './unwritten.ts'

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

export interface EntriesOptions {
  readonly log: SegmentLog
  readonly roster: Roster
  readonly ownership: Ownership
  readonly trouble: Trouble
  readonly runs: Statuses<RunStatus>
  /** Takes an entry in, in the journal's order. Must not throw. */
  readonly take: (entry: RunEntry, position: Lsn, bytes: number) => void
}

/** The way of a run's entries: into the journal, synced, acknowledged, and then taken in, in that order. */
export class Entries {
  readonly #options: EntriesOptions
  readonly #positions: StreamPositions
  readonly #journal: Journal<Item>
  readonly #applying: ApplyQueue<Item>
  readonly #unwritten = new Unwritten()
  /** Entries of our own that are not applied yet: each has somebody who waits for it. */
  #controls = 0

  constructor(options: EntriesOptions) {
    this.#options = options
    this.#positions = new StreamPositions(options.roster)
    this.#applying = new ApplyQueue(
      (one, position) => this.#apply(one, position),
      () => this.#tellRoom(),
    )
    this.#journal = new Journal({
      log: options.log,
      onCommit: (items, first) => this.#committed(items, first),
      onFailure: (items, error) => this.#failed(items, error),
      room: () => this.#applying.room(),
    })
  }

  get isRecording(): boolean {
    return this.#controls > 0
  }

  /** Bytes taken in and not yet applied. */
  get pendingBytes(): number {
    return this.#journal.bytes + this.#applying.bytes
  }

  /** Of each stream of an attempt, the next record that is not in the journal. */
  storedOf(rank: Rank, attempt: Attempt): Record<string, number> {
    return this.#positions.of(rank, attempt)
  }

  /** @param asReceived the envelope's bytes */
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

  /** @throws {ProvloomError} `LOG_FAILED` */
  async record(entry: ControlEntry): Promise<Lsn> {
    if (entry.kind === 'kept') this.#keeps(entry.rank, entry.attempt)
    this.#controls++
    try {
      return await this.#recorded(entry)
    } finally {
      this.#controls--
    }
  }

  /** Resolves when everything submitted is in the journal and applied, or has failed. */
  async settled(): Promise<void> {
    await this.#journal.settled()
    await this.#applying.settled()
  }

  /** Nothing is applied while `work` goes on, slice by slice; unhurried while it has time and no entry of ours waits. */
  still<R>(work: Generator<void, R>, hasTime: () => boolean): Promise<R> {
    return this.#applying.still(work, () => hasTime() && this.#controls === 0)
  }

  /** Whoever spoke for it has given up: what it had sent is not sent again, whether that can be written or not. */
  #keeps(rank: Rank, attempt: Attempt): void {
    const holder = this.#options.roster.find(rank, attempt)?.holder
    if (holder !== undefined) this.#unwritten.forget(holder.session)
  }

  #recorded(entry: ControlEntry): Promise<Lsn> {
    return new Promise((resolve, reject) => {
      const record = controlRecord(entry)
      const bytes = record.reduce((sum, chunk) => sum + chunk.length, 0)
      this.#journal.submit({ kind: 'control', entry, bytes, applied: resolve, failed: reject }, record)
    })
  }

  #committed(items: readonly Item[], first: Lsn): void {
    const { ownership, trouble, runs } = this.#options
    // Another one may have taken the run while this process was stopped: it has never read what we have just written.
    if (!ownership.isOurs()) return this.#failed(items, new Error(ownership.gone))
    if (this.#unwritten.written(items.map((one) => weighed(one))))
      trouble.ended('journal', 'The journal is written again')
    const positions = new Map<string, Record<string, number>>()
    for (const one of items) {
      if (one.kind !== 'envelope') continue
      const { session, stream, first: start, count } = one.envelope
      this.#positions.stored(one.envelope, start + count)
      noteStream(positions, session, stream, start + count)
    }
    if (positions.size > 0) runs.tell({ kind: 'stored', positions })
    for (const [i, one] of items.entries()) this.#applying.push(one, lsn(first + i), one.bytes)
  }

  #failed(items: readonly Item[], error: unknown): void {
    const { ownership, trouble, runs } = this.#options
    if (ownership.isOurs(true)) trouble.began('journal', error, 'LOG_FAILED')
    this.#unwritten.failed(items.map((one) => weighed(one)))
    const positions = new Map<string, Record<string, number>>()
    for (const one of items) {
      if (one.kind === 'control') {
        one.failed(error)
        continue
      }
      const { session, stream } = one.envelope
      noteStream(positions, session, stream, this.#positions.failed(one.envelope))
    }
    if (positions.size > 0) runs.tell({ kind: 'not-stored', positions, message: causeOf(error) })
    this.#tellRoom()
  }

  #apply(one: Item, position: Lsn): void {
    const entry = one.kind === 'envelope' ? recordsOf(one.envelope) : one.entry
    this.#options.take(entry, position, one.bytes)
    if (entry.kind === 'retired') this.#positions.retired(entry)
    if (one.kind === 'control') one.applied(position)
  }

  #tellRoom(): void {
    this.#options.runs.tell({ kind: 'room' })
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
