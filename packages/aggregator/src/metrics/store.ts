import { limits, lsn as toLsn, pack, systemFiles, unpack } from '@provloom/shared'
import type { Files, Lsn } from '@provloom/shared'
import type { Part, Records } from '../graph/entry.ts'
import type { MetricStore, MetricStoreOptions, Sealed } from '../parts.ts'
import { encode } from './encoder.ts'
import { PartFolder } from './part-folder.ts'
import { joined, rowBytes, rowsOf } from './rows.ts'
import type { RowChunk } from './rows.ts'
import { loadStore, saveStore } from './saved.ts'
import { SeriesTable } from './series-table.ts'

/** A part with fewer rows is written again, larger, with the next rows: a slow run leaves few files too. */
export const headRowsMax = 262_144

export interface StoreSeams {
  readonly files?: Files
  readonly partRowsMax?: number
  readonly headRowsMax?: number
}

/**
 * The metric rows of a run: those of the journal's last entries in memory, all before in Parquet parts.
 *
 * @throws {TypeError} when `saved` is damaged or of another version
 */
export function createMetricStore(options: MetricStoreOptions & StoreSeams): MetricStore {
  return new Store(options)
}

class Store implements MetricStore {
  readonly #options: MetricStoreOptions & StoreSeams
  readonly #folder: PartFolder
  readonly #series: SeriesTable
  #parts: readonly Part[]
  /** Rows of the last part, while it may be written again. */
  #head: readonly RowChunk[] = []
  #headPart: Part | undefined
  #waiting: RowChunk[] = []
  #waitingRows = 0
  #waitingSinceMs: number | undefined
  #last: Lsn
  #offered: { readonly part: Part; readonly through: Lsn } | undefined

  constructor(options: MetricStoreOptions & StoreSeams) {
    this.#options = options
    this.#folder = new PartFolder(options.files ?? systemFiles(), options.folder)
    const saved = options.saved === undefined ? undefined : loadStore(unpack(options.saved))
    this.#series = new SeriesTable(saved?.series)
    this.#parts = saved?.parts ?? []
    this.#last = toLsn(saved?.through ?? -1)
    if (saved !== undefined) this.#folder.publish(saved.through)
  }

  append(lsn: Lsn, entry: Records): void {
    this.#last = lsn
    const ids = this.#series.declare(entry)
    if (entry.points.count === 0) return
    const rows = rowsOf(lsn, entry.points, ids)
    if (rows.count === 0) return
    this.#waiting.push(rows)
    this.#waitingRows += rows.count
    this.#waitingSinceMs ??= this.#options.monotonicMs()
  }

  due(): boolean {
    if (this.#waitingRows >= (this.#options.partRowsMax ?? limits.partRowsMax)) return true
    const since = this.#waitingSinceMs
    return since !== undefined && this.#options.monotonicMs() - since >= limits.partAgeMs
  }

  get pendingBytes(): number {
    return this.#waitingRows * rowBytes
  }

  async seal(): Promise<Sealed> {
    const through = this.#last
    const chunks = [...this.#head, ...this.#waiting]
    const series = this.#series.save()
    const parts = this.#waitingRows === 0 ? this.#parts : await this.#write(chunks, through)
    return { parts, through, saved: pack(saveStore({ series, parts, through })) }
  }

  sealed(parts: readonly Part[], through: Lsn): void {
    this.#parts = parts
    this.#folder.publish(through)
    const written = this.#waiting.filter((chunk) => chunk.lsn <= through)
    this.#waiting = this.#waiting.filter((chunk) => chunk.lsn > through)
    this.#waitingRows = this.#waiting.reduce((sum, chunk) => sum + chunk.count, 0)
    this.#waitingSinceMs = this.#waiting.length === 0 ? undefined : this.#options.monotonicMs()
    if (this.#last < through) this.#last = through
    if (written.length > 0) this.#keepHead(written, through)
  }

  /** The part that was just sealed grows on with the next rows, if it is ours and small. */
  #keepHead(written: readonly RowChunk[], through: Lsn): void {
    const part = this.#offered?.through === through ? this.#offered.part : undefined
    const mayGrow = part !== undefined && part.rows < (this.#options.headRowsMax ?? headRowsMax)
    this.#head = mayGrow ? [...this.#head, ...written] : []
    this.#headPart = mayGrow ? part : undefined
    this.#offered = undefined
  }

  async #write(chunks: readonly RowChunk[], through: Lsn): Promise<readonly Part[]> {
    const rows = joined(chunks)
    const count = rows.count
    const first = chunks[0]?.lsn ?? through
    const others = this.#parts.filter(({ file }) => file !== this.#headPart?.file)
    const bytes = await encode(rows, this.#series.rows)
    const part = await this.#folder.stage(first, through, count, bytes)
    this.#offered = { part, through }
    return [...others, part]
  }
}
