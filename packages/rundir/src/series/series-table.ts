import type { Records } from '../entry/entry.ts'
import { placeDeclaration } from './declaration.ts'
import { IdTable } from './id-table.ts'

/** One series as its rows name it. */
export interface SeriesRow {
  readonly rank: number
  readonly attempt: number
  readonly context: string | null
  readonly source: string | null
  readonly key: string
  /** The journal entry that declared it. */
  readonly since: number
}

/** What several ranks may have a series of. */
export type MetricName = Pick<SeriesRow, 'context' | 'source' | 'key'>

export function isSameMetric(a: MetricName, b: MetricName): boolean {
  return a.key === b.key && a.context === b.context && a.source === b.source
}

/** Whether they are of one name; several streams of a rank may have declared it. */
export function isSameSeries(a: Omit<SeriesRow, 'since'>, b: Omit<SeriesRow, 'since'>): boolean {
  return a.rank === b.rank && a.attempt === b.attempt && isSameMetric(a, b)
}

/** By metric, and within it by rank and attempt: the order in which series lie in files. */
export function compareSeries(a: Omit<SeriesRow, 'since'>, b: Omit<SeriesRow, 'since'>): number {
  return compareMetrics(a, b) || a.rank - b.rank || a.attempt - b.attempt
}

/** By key, context and source. What has none comes first. */
export function compareMetrics(a: MetricName, b: MetricName): number {
  return compareTexts(a.key, b.key) || compareTexts(a.context, b.context) || compareTexts(a.source, b.source)
}

function compareTexts(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  return a < b ? -1 : 1
}

/** A series as its stream declared it. */
export type SavedSeries = readonly [
  stream: string,
  id: number,
  rank: number,
  attempt: number,
  context: string | null,
  source: string | null,
  key: string,
  since: number,
]

/**
 * The series of a run, numbered from 0, with what each stream calls them. Rows in memory hold the number alone. Only
 * grows, so a copy taken at some entry is what was known then.
 */
export class SeriesTable {
  readonly rows: SeriesRow[] = []
  readonly #streams = new Map<string, IdTable>()
  /** What `save` gives, by row. */
  readonly #saved: SavedSeries[] = []

  constructor(saved: readonly SavedSeries[] = []) {
    for (const [stream, id, rank, attempt, context, source, key, since] of saved)
      this.#add(stream, id, { rank, attempt, context, source, key, since })
  }

  /** What the constructor takes, as of an entry: per series stream, id and its row. */
  save(through: number): readonly SavedSeries[] {
    let count = this.rows.length
    while (count > 0 && this.rows[count - 1]!.since > through) count--
    return this.#saved.slice(0, count)
  }

  /** Takes in the declarations of an entry. */
  declare(lsn: number, entry: Records): IdTable {
    const stream = `${entry.rank} ${entry.attempt} ${entry.stream}`
    const ids = this.#idsOf(stream)
    for (const { event } of entry.events) {
      if (event.type !== 'series' || placeDeclaration(ids, event.id) !== 'new') continue
      const { key, context = null, source = null } = event
      this.#add(stream, event.id, {
        rank: entry.rank,
        attempt: entry.attempt,
        context,
        source,
        key,
        since: lsn,
      })
    }
    return ids
  }

  /** What a stream's ids meant at an entry of the past. */
  idsAt(lsn: number, entry: Records): IdTable {
    const now = this.declare(lsn, entry)
    const then = new IdTable()
    for (const id of new Set(entry.points.series)) {
      const index = now.get(id)
      if (index >= 0 && this.rows[index]!.since <= lsn) then.set(id, index)
    }
    return then
  }

  #add(stream: string, id: number, row: SeriesRow): void {
    const { rank, attempt, context, source, key, since } = row
    this.#idsOf(stream).set(id, this.rows.push(row) - 1)
    this.#saved.push([stream, id, rank, attempt, context, source, key, since])
  }

  #idsOf(stream: string): IdTable {
    const known = this.#streams.get(stream)
    if (known !== undefined) return known
    const made = new IdTable()
    this.#streams.set(stream, made)
    return made
  }
}
