import type { RunFacts } from '@provloom/rundir'
import type { ControlEntry } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import { Flusher } from './flusher.ts'
import { flushRun } from './flush.ts'
import type { Ownership } from './ownership.ts'
import type { Readers } from './readers.ts'
import { RunJson } from './run-json.ts'
import { Sealer } from './sealer.ts'
import type { Surroundings } from './surroundings.ts'
import type { Trouble } from './trouble.ts'

export interface UpkeepOptions {
  readonly around: Surroundings
  readonly facts: RunFacts
  readonly readers: Readers
  readonly ownership: Ownership
  readonly trouble: Trouble
  readonly record: (entry: ControlEntry) => Promise<Lsn>
  /** Does work while no entry is taken in. */
  readonly still: <R>(work: Generator<void, R>) => Promise<R>
  /** Removes the journal before an entry. */
  readonly dropBefore: (position: Lsn) => void
}

/** Keeps what is on disk of a run up with its journal while it goes on: the document by flushes, its rows by seals, and run.json. */
export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #flusher: Flusher
  readonly #sealer: Sealer
  readonly #runJson: RunJson

  constructor(options: UpkeepOptions) {
    const { around, facts, readers, trouble, record, still, dropBefore } = options
    const { files, clock, runs } = around
    this.#options = options
    this.#runJson = new RunJson(options)
    this.#flusher = new Flusher(
      {
        everyLogs: facts.settings.saveAfterNLogs,
        clock,
        flush: () => this.#flush(),
        onFailure: (error) => trouble.began('flush', error),
      },
      readers.roster.logs,
    )
    this.#sealer = new Sealer({
      files,
      clock,
      readers,
      trouble,
      runDir: facts.runDir,
      record,
      still,
      dropBefore,
      onRoom: () => runs.tell({ kind: 'room' }),
    })
  }

  /** So many metric rows wait for Parquet that nothing more should be received. */
  get overfull(): boolean {
    return this.#sealer.overfull
  }

  /** Documents written. */
  get flushes(): number {
    return this.#flusher.flushes
  }

  /** The journal was replayed, which took so long. */
  replayed(tookMs: number): void {
    this.#flusher.restart(this.#options.readers.roster.logs, tookMs)
  }

  /** An entry of so many bytes was taken in. */
  taken(bytes: number): void {
    this.#runJson.changed()
    this.#flusher.logged(this.#options.readers.roster.logs)
    this.#sealer.applied(bytes)
  }

  /** Begins what has become due with time. */
  look(): void {
    this.#sealer.look()
    this.#runJson.look()
  }

  /** Asks for a flush at the next time that one may begin. */
  requestFlush(): void {
    this.#flusher.request()
  }

  /** @returns whether the document was written, as it is now */
  flushNow(): Promise<boolean> {
    return this.#flusher.now()
  }

  /** Nothing more is begun; resolves when what is under way has ended. */
  async close(): Promise<void> {
    await this.#flusher.close()
    await this.#sealer.close()
    await this.#runJson.close()
  }

  /** The run is not ours any more: nothing more is begun. */
  abandon(): void {
    void this.#flusher.close()
    void this.#sealer.close().catch(() => {})
    void this.#runJson.close()
  }

  async #flush(): Promise<void> {
    const { around, facts, readers, ownership, trouble, still } = this.#options
    if (!ownership.isOurs(true)) return
    await flushRun(around, facts, readers, this.#runJson, still)
    trouble.ended('flush', 'prov.json is written again')
  }
}
