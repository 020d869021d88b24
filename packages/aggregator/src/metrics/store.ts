import type { Part, Records, RunEntry, Skipped, Taking } from '@provloom/rundir/entry'
import { SeriesTable } from '@provloom/rundir/series'
import type { StoreState } from '@provloom/rundir/series'
import { limits, lsn as toLsn, systemFiles } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import { Encoder } from './encoder.ts'
import type { MetricStore, MetricStoreOptions } from './metric-store.ts'
import { PartFolder } from './part-folder.ts'
import { RowQueue } from './row-queue.ts'
import { rowBytes } from './rows.ts'

/** A part with fewer rows is written again, larger, with the next rows: a slow run leaves few files too. */
export const headRowsMax = 262_144

export interface StoreSeams {
  readonly partRowsMax?: number
  readonly headRowsMax?: number
}

/**
 * The metric rows of a run: those of the journal's last entries in memory, all before in Parquet parts.
 */
export function createMetricStore(options: MetricStoreOptions & StoreSeams): MetricStore {
  return new Store(options)
}

/** What is changed is changed by `keep`. */
const undo = (): void => {}
/** Of no interest. */
const nothing: Taking = { keep: () => {}, undo }

class Store implements MetricStore {
  readonly #options: MetricStoreOptions & StoreSeams
  readonly #folder: PartFolder
  readonly #series: SeriesTable
  readonly #encoder = new Encoder()
  #parts: readonly Part[]
  /** Rows of the last part, while it may be written again. */
  #head = new RowQueue()
  readonly #waiting = new RowQueue()
  #waitingSinceMs: number | undefined
  /** A run's first rows can be read after seconds; later ones, of which there are many, lie in few files. */
  #ageMs = limits.partAgeMsMin
  #last: Lsn
  /** Rows of entries up to here were in parts when this store was saved: they are given again to grow the last one. */
  readonly #savedThrough: Lsn
  #settled = false

  constructor(options: MetricStoreOptions & StoreSeams) {
    this.#options = options
    this.#folder = new PartFolder(options.files ?? systemFiles(), options.folder, options.curves)
    const { saved } = options
    this.#series = new SeriesTable(saved?.series)
    this.#parts = saved?.parts ?? []
    this.#last = toLsn(saved?.through ?? -1)
    this.#savedThrough = this.#last
    if (saved !== undefined) this.#folder.publish(saved.through)
  }

  take(lsn: Lsn, entry: RunEntry | Skipped): Taking {
    if (entry.kind === 'records') {
      // What may fail is to find memory.
      this.#queueFor(lsn).reserve(entry.points.count)
      return { keep: () => this.#append(lsn, entry), undo }
    }
    return entry.kind === 'parts' ? { keep: () => this.#sealed(entry.parts, entry.through), undo } : nothing
  }

  #queueFor(lsn: Lsn): RowQueue {
    return lsn <= this.#savedThrough ? this.#head : this.#waiting
  }

  #append(lsn: Lsn, entry: Records): void {
    const { points } = entry
    if (lsn <= this.#savedThrough) {
      if (points.count > 0) this.#head.push(lsn, points, this.#series.idsAt(lsn, entry))
      return
    }
    this.#last = lsn
    const ids = this.#series.declare(lsn, entry)
    if (points.count === 0) return
    this.#waiting.push(lsn, points, ids)
    if (this.#waiting.count > 0) this.#waitingSinceMs ??= this.#options.monotonicMs()
  }

  due(): boolean {
    if (this.#waiting.count >= (this.#options.partRowsMax ?? limits.partRowsMax)) return true
    const since = this.#waitingSinceMs
    return since !== undefined && this.#options.monotonicMs() - since >= this.#ageMs
  }

  get pendingBytes(): number {
    return this.#waiting.count * rowBytes
  }

  settle(): void {
    this.#settled = true
  }

  async seal(): Promise<StoreState> {
    const through = this.#sealable()
    const series = this.#series.save(through)
    const first = this.#firstOfHead()
    const parts = this.#waiting.count === 0 ? this.#parts : await this.#write(through)
    const grows = this.#mayGrow(parts)
    return {
      series,
      parts,
      through,
      replayFrom: grows && first !== undefined ? toLsn(first) : toLsn(through + 1),
    }
  }

  #sealed(parts: readonly Part[], through: Lsn): void {
    if (through <= this.#savedThrough) return
    this.#parts = parts
    this.#folder.publish(through)
    this.#keepHead(through)
    this.#waiting.drop(through)
    this.#waitingSinceMs = this.#waiting.count === 0 ? undefined : this.#options.monotonicMs()
    if (this.#last < through) this.#last = through
  }

  /** A part is no larger than encodes in reasonable time and memory, however many rows wait. */
  #sealable(): Lsn {
    const rowsMax = 2 * (this.#options.partRowsMax ?? limits.partRowsMax)
    const within = this.#waiting.count > rowsMax ? this.#waiting.lsnWithin(rowsMax) : undefined
    return within === undefined ? this.#last : toLsn(within)
  }

  /** The rows of the last part are kept while it may grow, whether this store wrote it or reads of it in the journal. */
  #keepHead(through: Lsn): void {
    const written = this.#waiting.countThrough(through)
    if (written === 0) return
    this.#ageMs = Math.min(2 * this.#ageMs, limits.partAgeMsMax)
    const last = this.#parts.at(-1)
    const grew = last?.rows === this.#head.count + written
    if (!grew || !this.#mayGrow(this.#parts)) this.#head = new RowQueue()
    if (last?.rows === this.#head.count + written && this.#mayGrow(this.#parts))
      this.#head.copy(this.#waiting, through)
    this.#settled = false
  }

  /** The entry with which the part begins that the next rows go to. */
  #firstOfHead(): number | undefined {
    return (this.#headIsWhole() ? this.#head.firstLsn : undefined) ?? this.#waiting.firstLsn
  }

  /** After a restart the head is there only if the journal still had all of its rows. */
  #headIsWhole(): boolean {
    return this.#head.count > 0 && this.#head.count === this.#parts.at(-1)?.rows
  }

  #mayGrow(parts: readonly Part[]): boolean {
    const last = parts.at(-1)
    return !this.#settled && last !== undefined && last.rows < (this.#options.headRowsMax ?? headRowsMax)
  }

  async #write(through: Lsn): Promise<readonly Part[]> {
    const grows = this.#headIsWhole()
    const pieces = [
      ...(grows ? this.#head.views() : []),
      ...this.#waiting.views(this.#waiting.countThrough(through)),
    ]
    const count = pieces.reduce((sum, piece) => sum + piece.count, 0)
    const first = this.#firstOfHead() ?? through
    const others = grows ? this.#parts.slice(0, -1) : this.#parts
    const encoded = await this.#encoder.encode(pieces, this.#series.rows)
    return [...others, await this.#folder.stage(first, through, count, encoded)]
  }
}
