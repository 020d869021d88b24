import type { Column, Page } from './column.ts'
import { addRun, indexBits, levels, rle, splitRuns } from './runs.ts'
import type { Run } from './runs.ts'
import { boundsOf } from './statistics.ts'

/** What rows are of: a series, or a metric over all ranks, which has neither rank nor attempt. */
export interface RowName {
  readonly rank: number | null
  readonly attempt: number | null
  readonly context: string | null
  readonly source: string | null
  readonly key: string
}

/** Rows of one name, one after the other. */
export interface Stretch {
  readonly name: RowName
  readonly rows: number
}

/** Where a row group's pages are: the same rows in all columns. */
export interface Layout {
  /** At least one. */
  readonly count: number
  readonly pageRows: number
  /** Together `count` rows. */
  readonly stretches: readonly Stretch[]
}

/**
 * The columns that say what rows are of. What is the same for all rows of a stretch costs nothing by the row: columns are
 * written from the stretches.
 *
 * @param overRanks rows may be without rank and attempt
 */
export function nameColumns(layout: Layout, overRanks: boolean): Column[] {
  return [
    numbers('rank', layout, (name) => name.rank, overRanks),
    numbers('attempt', layout, (name) => name.attempt, overRanks),
    texts('context', layout, (name) => name.context, true),
    texts('source', layout, (name) => name.source, true),
    texts('key', layout, (name) => name.key, false),
  ]
}

function numbers(
  name: string,
  layout: Layout,
  of: (name: RowName) => number | null,
  optional: boolean,
): Column {
  const { runs, values } = dictionaryOf(layout.stretches, of)
  const plain = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) plain.writeInt32LE(value, i * 4)
  return byDictionary({ name, type: 'INT32' }, indexPages(layout, runs, values, optional), {
    size: values.length,
    values: plain,
  })
}

function texts(
  name: string,
  layout: Layout,
  of: (name: RowName) => string | null,
  optional: boolean,
): Column {
  const { runs, values } = dictionaryOf(layout.stretches, of)
  const facts = { name, type: 'BYTE_ARRAY', isText: true } as const
  return byDictionary(facts, indexPages(layout, runs, values, optional), {
    size: values.length,
    values: plainTexts(values),
  })
}

function byDictionary(
  facts: Pick<Column, 'name' | 'type' | 'isText'>,
  pages: readonly Page[],
  dictionary: NonNullable<Column['dictionary']>,
): Column {
  if (dictionary.size > 0) return { ...facts, encoding: 'RLE_DICTIONARY', dictionary, pages }
  // Readers differ about dictionaries of nothing.
  const none = pages.map((page) => ({ ...page, values: new Uint8Array(0) }))
  return { ...facts, encoding: 'PLAIN', pages: none }
}

/** The distinct values in the order in which they come, and which rows have which. */
function dictionaryOf<T>(
  stretches: readonly Stretch[],
  of: (name: RowName) => T | null,
): { runs: Run[]; values: T[] } {
  const runs: Run[] = []
  const values: T[] = []
  const places = new Map<T, number>()
  for (const { name, rows } of stretches) {
    const value = of(name)
    let place = value === null ? -1 : places.get(value)
    if (place === undefined) {
      place = values.length
      places.set(value!, place)
      values.push(value!)
    }
    addRun(runs, place, rows)
  }
  return { runs, values }
}

function indexPages(
  { count, pageRows }: Layout,
  runs: readonly Run[],
  values: readonly (number | string)[],
  optional: boolean,
): Page[] {
  const bits = indexBits(values.length)
  return splitRuns(runs, pageRows).map((own, i) => {
    const present = joined(own.filter(({ index }) => index >= 0))
    return {
      rows: Math.min(pageRows, count - i * pageRows),
      nulls: own.reduce((sum, { index, count }) => sum + (index < 0 ? count : 0), 0),
      values: Uint8Array.from([bits, ...rle(present, bits)]),
      ...(optional ? { levels: Uint8Array.from(levels(own)) } : {}),
      bounds: boundsOf(new Set(present.map(({ index }) => values[index]!))),
    }
  })
}

/** Runs that nulls had kept apart. */
function joined(runs: readonly Run[]): Run[] {
  const all: Run[] = []
  for (const { index, count } of runs) addRun(all, index, count)
  return all
}

function plainTexts(values: readonly string[]): Buffer {
  const parts: Buffer[] = []
  for (const value of values) {
    const bytes = Buffer.from(value, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    parts.push(length, bytes)
  }
  return Buffer.concat(parts)
}
