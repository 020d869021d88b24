import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import {
  parquetMetadata,
  parquetReadObjects,
  parquetSchema,
  readColumnIndex,
  readOffsetIndex,
} from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { expect, it } from 'vitest'
import { encodePart } from '../../src/metrics/encode.ts'
import type { FileShape } from '../../src/metrics/encode.ts'
import { bySeries } from '../../src/metrics/sort.ts'
import { deltaPacked } from '../../src/metrics/parquet/delta.ts'
import { emptyRows, bitsOf as bitsIn } from '../../src/metrics/rows.ts'
import type { RowColumns } from '../../src/metrics/rows.ts'
import { compareSeries } from '@provloom/rundir/series'
import type { SeriesRow } from '@provloom/rundir/series'

/** Seeds that are kept: each found something, or is the first one tried. */
const seeds = [1, 20261126]

const anyInt64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const nearInt64 = fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })
/** As steps and times are: small differences, now and then a jump of any size that a double counts exactly. */
const walked = fc
  .array(fc.oneof(fc.integer({ min: -3, max: 1_000_000 }), fc.integer({ min: -(2 ** 47), max: 2 ** 47 })), {
    minLength: 1,
    maxLength: 400,
  })
  .map((deltas) => {
    let at = 0n
    return deltas.map((delta) => (at += BigInt(delta)))
  })
const column = fc.oneof(
  walked,
  fc.array(anyInt64, { minLength: 1, maxLength: 300 }),
  fc.array(nearInt64, { minLength: 1, maxLength: 300 }),
)

function byLibrary(values: BigInt64Array): Uint8Array {
  const writer = new ByteWriter()
  deltaBinaryPack(writer, values, 'INT64')
  return writer.getBytes()
}

it.each(seeds)('integers are packed to the bytes that the library packs them to (seed %i)', (seed) => {
  fc.assert(
    fc.property(column, (numbers) => {
      const values = BigInt64Array.from(numbers)
      expect(Buffer.from(deltaPacked(values)).equals(Buffer.from(byLibrary(values)))).toBe(true)
    }),
    { seed, numRuns: 400 },
  )
})

const compressors = { GZIP: (page: Uint8Array) => new Uint8Array(gunzipSync(page)) }
const parsers = { timestampFromMicroseconds: (us: bigint) => us }

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })
const oneSeries: fc.Arbitrary<SeriesRow> = fc.record({
  rank: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  attempt: fc.integer({ min: 0, max: 3 }),
  context: fc.option(name),
  source: fc.option(fc.constantFrom('system', 'gpu')),
  key: name,
  since: fc.constant(0),
})
const row = fc.record({
  series: fc.nat(),
  step: anyInt64,
  time: fc.bigInt({ min: 0n, max: 2n ** 52n }),
  bits: anyInt64,
})
const part = fc.record({
  series: fc.array(oneSeries, { minLength: 1, maxLength: 400 }),
  rows: fc.array(row, { minLength: 1, maxLength: 200 }),
  shape: fc.record({ groupRows: fc.constantFrom(1, 7, 64, 1000), pageRows: fc.constantFrom(1, 5, 64, 500) }),
})

it.each(seeds)(
  'a reader finds every row of any part, bit by bit, series by series (seed %i)',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(part, async ({ series, rows, shape }) => {
        const numbered = rows.map((one) => ({ ...one, series: one.series % series.length }))
        const bytes = encoded(columnsOf(numbered), series, shape)
        expect(await readBack(bytes)).toEqual(
          numbered
            .toSorted((a, b) => compareSeries(series[a.series]!, series[b.series]!) || a.series - b.series)
            .map(({ series: at, step, time, bits }) => {
              const { since: _since, ...facts } = series[at]!
              return { ...facts, step, time, bits }
            }),
        )
        const { row_groups: groups } = parquetMetadata(bytes.buffer.slice(0, bytes.length) as ArrayBuffer)
        expect(groups.length).toBe(Math.ceil(rows.length / shape.groupRows))
      }),
      { seed, numRuns: 100 },
    )
  },
)

function columnsOf(
  rows: readonly { series: number; step: bigint; time: bigint; bits: bigint }[],
): RowColumns {
  const columns = emptyRows(rows.length)
  for (const [i, one] of rows.entries()) {
    columns.series[i] = one.series
    columns.step[i] = one.step
    columns.time[i] = one.time
    bitsIn(columns.value)[i] = one.bits
  }
  return columns
}

function encoded(rows: RowColumns, series: readonly SeriesRow[], shape: FileShape): Uint8Array {
  const work = encodePart(bySeries([rows], series), series, shape)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

async function readBack(bytes: Uint8Array): Promise<unknown[]> {
  const file = bytes.buffer.slice(0, bytes.length) as ArrayBuffer
  const read = await parquetReadObjects({ file, compressors, parsers })
  return read.map(({ value, ...facts }) => ({
    ...facts,
    bits: bitsIn(new Float64Array([value as number]))[0],
  }))
}

it.each(seeds)('what is said of chunks and pages holds for every row of theirs (seed %i)', async (seed) => {
  await fc.assert(
    fc.asyncProperty(part, async ({ series, rows, shape }) => {
      const numbered = rows.map((one) => ({ ...one, series: one.series % series.length }))
      const bytes = encoded(columnsOf(numbered), series, shape)
      const file = bytes.buffer.slice(0, bytes.length) as ArrayBuffer
      const metadata = parquetMetadata(file, { parsers })
      const read = await parquetReadObjects({ file, compressors, parsers })
      let from = 0
      for (const group of metadata.row_groups) {
        const own = read.slice(from, from + Number(group.num_rows))
        from += own.length
        for (const [i, column] of group.columns.entries()) {
          const { element } = parquetSchema(metadata).children[i]!
          const cells = own.map((one) => one[element.name] as Cell)
          const { min_value: min, max_value: max, null_count: nulls } = column.meta_data?.statistics ?? {}
          holds(element.name, cells, min as Cell, max as Cell, nulls)
          const isPaged = own.length > shape.pageRows
          expect(column.offset_index_offset !== undefined, element.name).toBe(isPaged)
          if (!isPaged) continue
          const at = (offset: bigint | undefined): { view: DataView; offset: number } => ({
            view: new DataView(file, Number(offset)),
            offset: 0,
          })
          const { page_locations: pages } = readOffsetIndex(at(column.offset_index_offset))
          expect(pages.map((one) => Number(one.first_row_index))).toEqual(
            Array.from({ length: Math.ceil(own.length / shape.pageRows) }, (_, i) => i * shape.pageRows),
          )
          if (column.column_index_offset === undefined) {
            // Only of values that cannot be told apart from NaN.
            expect(cells.some((cell) => Number.isNaN(cell))).toBe(true)
            continue
          }
          const index = readColumnIndex(at(column.column_index_offset), element, parsers)
          for (const [p, page] of pages.entries()) {
            const first = Number(page.first_row_index)
            const inside = cells.slice(first, first + shape.pageRows)
            expect(index.null_pages[p]).toBe(inside.every((cell) => cell === null))
            const [least, most] = [index.min_values[p] as Cell, index.max_values[p] as Cell]
            if (index.null_pages[p] === false)
              holds(element.name, inside, least, most, index.null_counts?.[p])
          }
        }
      }
    }),
    { seed, numRuns: 60 },
  )
})

type Cell = number | bigint | string | null | undefined

/** Texts are compared by their bytes; of a long one a bound says the beginning. */
function holds(name: string, cells: readonly Cell[], min: Cell, max: Cell, nulls: bigint | undefined): void {
  const there = cells.filter((cell) => cell !== null && cell !== undefined)
  const saysNothing = there.length === 0 || there.some((cell) => Number.isNaN(cell))
  expect([min, max].includes(undefined), name).toBe(saysNothing)
  if (saysNothing) return
  expect(Number(nulls)).toBe(cells.length - there.length)
  const bytes = (one: Cell): Buffer => Buffer.from(String(one), 'utf8')
  for (const cell of there) {
    const within =
      typeof cell === 'string'
        ? Buffer.compare(bytes(min), bytes(cell)) <= 0 && Buffer.compare(bytes(cell), bytes(max)) <= 0
        : Number(min) <= Number(cell) && Number(cell) <= Number(max)
    if (!within) throw new Error(`${name}: ${String(cell)} is not in ${String(min)} to ${String(max)}`)
  }
}
