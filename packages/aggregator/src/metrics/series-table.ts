import { limits } from '@provloom/shared'
import type { Records } from '../graph/entry.ts'

/** One series as its rows name it. */
export interface SeriesRow {
  readonly rank: number
  readonly attempt: number
  readonly context: string | null
  readonly source: string | null
  readonly key: string
}

/**
 * The series of a run, numbered from 0, with what each stream calls them. Rows in memory hold the number alone. Only
 * grows, so a copy taken at some entry is what was known then.
 */
export class SeriesTable {
  readonly rows: SeriesRow[] = []
  readonly #streams = new Map<string, Map<number, number>>()

  constructor(saved?: unknown) {
    if (saved === undefined) return
    if (!Array.isArray(saved)) throw new TypeError('a saved series table is a list')
    for (const one of saved) this.#load(one)
  }

  /** What the constructor takes: per series stream, id and its row. */
  save(): unknown {
    const saved: unknown[] = []
    for (const [stream, ids] of this.#streams) {
      for (const [id, index] of ids) {
        const row = this.rows[index]
        if (row !== undefined)
          saved.push([stream, id, index, row.rank, row.attempt, row.context, row.source, row.key])
      }
    }
    return saved
  }

  /** Takes in the declarations of an entry. The first of an id holds, as in the graph. */
  declare(entry: Records): ReadonlyMap<number, number> {
    const ids = this.#idsOf(`${entry.rank} ${entry.attempt} ${entry.stream}`)
    for (const { event } of entry.events) {
      if (event.type !== 'series' || ids.has(event.id) || ids.size >= limits.seriesPerStreamMax) continue
      const { key, context = null, source = null } = event
      ids.set(
        event.id,
        this.rows.push({ rank: entry.rank, attempt: entry.attempt, context, source, key }) - 1,
      )
    }
    return ids
  }

  #idsOf(stream: string): Map<number, number> {
    const known = this.#streams.get(stream)
    if (known !== undefined) return known
    const made = new Map<number, number>()
    this.#streams.set(stream, made)
    return made
  }

  #load(saved: unknown): void {
    if (!Array.isArray(saved)) throw new TypeError('a saved series is a list')
    const [stream, id, index, rank, attempt, context, source, key]: unknown[] = saved
    if (
      typeof stream !== 'string' ||
      typeof id !== 'number' ||
      typeof index !== 'number' ||
      typeof rank !== 'number' ||
      typeof attempt !== 'number' ||
      typeof key !== 'string'
    )
      throw new TypeError('a saved series is not whole')
    this.#idsOf(stream).set(id, index)
    this.rows[index] = { rank, attempt, context: textOrNull(context), source: textOrNull(source), key }
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
