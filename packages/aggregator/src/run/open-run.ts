import type { GraphBuilder } from '@provloom/graph'
import { filesOf, writeRunFile } from '@provloom/rundir'
import type { RunFacts } from '@provloom/rundir'
import { controlRecord, envelopeRecord, recordsOf } from '@provloom/rundir/entry'
import type { RunEntry, RunSummary, ControlEntry } from '@provloom/rundir/entry'
import { lsn, reasonOf, writeDurably } from '@provloom/shared'
import type { Attempt, Envelope, Lsn, Rank, SegmentLog, StreamId } from '@provloom/shared'
import { Flusher } from '../flusher.ts'
import { Journal } from '../journal/journal.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import { metered } from '../slices.ts'
import { ApplyQueue } from './apply-queue.ts'
import { streamOf } from './roster.ts'
import type { Roster } from './roster.ts'
import { Sealer } from './sealer.ts'
import type { Surroundings } from './surroundings.ts'
import { Trouble } from './trouble.ts'

/** On its way into the journal. */
type Submission =
  | { readonly kind: 'envelope'; readonly envelope: Envelope; readonly bytes: number }
  | {
      readonly kind: 'control'
      readonly entry: ControlEntry
      readonly bytes: number
      readonly applied: (position: Lsn) => void
      readonly failed: (error: unknown) => void
    }

export interface OpenRunParts {
  readonly facts: RunFacts
  readonly log: SegmentLog
  readonly roster: Roster
  readonly graph: GraphBuilder
  readonly metrics: MetricStore
  /** The last entry taken in by replay; -1 for none. */
  readonly position: Lsn
}

/**
 * A run that is open: its journal, and what is built from the journal's entries in their order. An envelope is synced,
 * then acknowledged, then applied to roster, graph and metric store; then a flush may be due.
 */
export class OpenRun {
  readonly facts: RunFacts
  readonly roster: Roster
  readonly graph: GraphBuilder
  readonly metrics: MetricStore
  readonly log: SegmentLog
  readonly trouble: Trouble
  readonly flusher: Flusher
  readonly sealer: Sealer
  /** It takes nobody in any more. */
  ending = false
  /** Bytes of entries applied since this aggregator began with the run. */
  appliedBytes = 0
  readonly #around: Surroundings
  readonly #journal: Journal<Submission>
  readonly #applying: ApplyQueue<Submission>
  #position: Lsn
  #changed = false
  /** Entries of our own that are not applied yet: each has somebody who waits for it. */
  #controls = 0

  constructor(around: Surroundings, parts: OpenRunParts) {
    this.facts = parts.facts
    this.roster = parts.roster
    this.graph = parts.graph
    this.metrics = parts.metrics
    this.log = parts.log
    this.#around = around
    this.#position = parts.position
    this.trouble = new Trouble(around.tell, parts.facts.runId)
    this.#applying = new ApplyQueue((one, position) => this.#apply(one, position))
    this.#journal = new Journal({
      log: parts.log,
      onCommit: (items, first) => this.#committed(items, first),
      onFailure: (items, error) => this.#failed(items, error),
      room: () => this.#applying.room(),
    })
    this.flusher = new Flusher(
      {
        everyLogs: parts.facts.settings.saveAfterNLogs,
        clock: around.clock,
        flush: () => this.#flush(),
        onFailure: (error) => this.trouble.began('flush', 'FILE_UNWRITABLE', error),
      },
      parts.roster.logs,
    )
    this.sealer = new Sealer(this, around)
  }

  /** The last entry that has been applied; -1 when there is none. */
  get position(): Lsn {
    return this.#position
  }

  /** Bytes taken in and not yet applied. */
  get pendingBytes(): number {
    return this.#journal.bytes + this.#applying.bytes
  }

  /**
   * Sends the new part of an envelope on its way into the journal. `asReceived` are its bytes. The caller has moved
   * the stream's `accepted`.
   */
  submit(envelope: Envelope, asReceived: Uint8Array): void {
    this.#journal.submit({ kind: 'envelope', envelope, bytes: asReceived.length }, envelopeRecord(asReceived))
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

  #recorded(entry: ControlEntry): Promise<Lsn> {
    return new Promise((resolve, reject) => {
      const parts = controlRecord(entry)
      const bytes = parts.reduce((sum, part) => sum + part.length, 0)
      this.#journal.submit({ kind: 'control', entry, bytes, applied: resolve, failed: reject }, parts)
    })
  }

  /** Resolves when everything submitted is in the journal and applied, or has failed. */
  async settled(): Promise<void> {
    await this.#journal.settled()
    await this.#applying.settled()
  }

  /** Whether something was stored since the last call. */
  takeChanged(): boolean {
    const changed = this.#changed
    this.#changed = false
    return changed
  }

  /** Takes in one entry: the one way from journal to graph, live and in replay. */
  applyEntry(entry: RunEntry, position: Lsn): void {
    this.#position = position
    this.#changed = true
    this.roster.apply(entry)
    this.graph.apply(position, entry)
    if (entry.kind === 'records') this.metrics.append(position, entry)
    if (entry.kind === 'parts') this.metrics.sealed(entry.parts, entry.through)
  }

  #committed(items: readonly Submission[], first: Lsn): void {
    this.trouble.ended('journal', 'LOG_FAILED', 'The journal is written again')
    const acknowledgements = new Map<string, Record<string, number>>()
    for (const one of items) {
      if (one.kind !== 'envelope') continue
      const { rank, attempt, stream, session } = one.envelope
      const position = this.roster.stored(rank, attempt, stream, one.envelope.first + one.envelope.count)
      noteStream(acknowledgements, session, stream, position.stored)
    }
    if (acknowledgements.size > 0) this.#around.acknowledge(acknowledgements)
    for (const [i, one] of items.entries()) this.#applying.push(one, lsn(first + i), one.bytes)
  }

  /** A record may only follow its predecessor: all streams fall back to what is stored. */
  #failed(items: readonly Submission[], error: unknown): void {
    this.trouble.began('journal', 'LOG_FAILED', error)
    const streams = new Map<string, Record<string, number>>()
    for (const one of items) {
      if (one.kind === 'control') {
        one.failed(error)
        continue
      }
      const { rank, attempt, stream, session } = one.envelope
      const position = this.#streamAt(rank, attempt, stream)
      position.accepted = position.stored
      noteStream(streams, session, stream, position.stored)
    }
    if (streams.size > 0)
      this.#around.retryLater(streams, `the journal cannot be written: ${reasonOf(error)}`)
  }

  #streamAt(rank: Rank, attempt: Attempt, stream: StreamId): ReturnType<typeof streamOf> {
    return streamOf(this.roster.rank(rank, attempt), stream)
  }

  #apply(one: Submission, position: Lsn): void {
    try {
      this.applyEntry(one.kind === 'envelope' ? recordsOf(one.envelope) : one.entry, position)
    } catch (error) {
      this.trouble.began('apply', 'INTERNAL', error)
    }
    this.appliedBytes += one.bytes
    if (one.kind === 'control') one.applied(position)
    this.flusher.logged(this.roster.logs)
    this.sealer.look()
  }

  /** Nothing is applied while `work` goes on, slice by slice; unhurried while nobody waits for anything of this run. */
  still<R>(work: Generator<void, R>): Promise<R> {
    return this.#applying.still(work, () => !this.ending && this.#controls === 0)
  }

  *#rendering(): Generator<void, { chunks: Uint8Array[]; summary: RunSummary; position: Lsn; logs: number }> {
    const chunks = yield* this.graph.renderSlices()
    yield
    return { chunks, summary: this.graph.summary(), position: this.#position, logs: this.roster.logs }
  }

  async #flush(): Promise<void> {
    const began = this.#around.clock.monotonicMs()
    const meter = { heldMs: 0 }
    const rendering = metered(this.#rendering(), meter)
    const { chunks, summary, position, logs } = await this.still(rendering)
    await writeDurably(this.#around.files, filesOf(this.facts.runDir).provJson, chunks, 'umask')
    await writeRunFile(this.#around.files, this.facts, {
      summary,
      journalPosition: position,
      finished: false,
      connectionFile: this.#around.connectionFile,
      files: ['prov.json'],
    })
    this.trouble.ended('flush', 'FILE_UNWRITABLE', 'prov.json is written again')
    this.#around.tell({
      kind: 'flushed',
      runId: this.facts.runId,
      logs,
      position,
      bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
      tookMs: this.#around.clock.monotonicMs() - began,
      heldMs: meter.heldMs,
    })
  }
}

function noteStream(
  into: Map<string, Record<string, number>>,
  session: string,
  stream: StreamId,
  next: number,
): void {
  const streams = into.get(session)
  if (streams === undefined) into.set(session, { [stream]: next })
  else streams[stream] = next
}
