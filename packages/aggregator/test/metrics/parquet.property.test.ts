import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { expect, it } from 'vitest'
import { encodePart } from '../../src/metrics/encode.ts'
import { deltaPacked } from '../../src/metrics/parquet/delta.ts'
import { emptyRows, bitsOf as bitsIn } from '../../src/metrics/rows.ts'
import type { RowColumns } from '../../src/metrics/rows.ts'
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
  rowGroupRows: fc.constantFrom(1, 7, 64, 1000),
})

it.each(seeds)(
  'a reader finds every row of any part, bit by bit, series by series (seed %i)',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(part, async ({ series, rows, rowGroupRows }) => {
        const numbered = rows.map((one) => ({ ...one, series: one.series % series.length }))
        const bytes = encoded(columnsOf(numbered), series, rowGroupRows)
        expect(await readBack(bytes)).toEqual(
          numbered
            .toSorted((a, b) => a.series - b.series)
            .map(({ series: at, step, time, bits }) => {
              const { since: _since, ...facts } = series[at]!
              return { ...facts, step, time, bits }
            }),
        )
        const { row_groups: groups } = parquetMetadata(bytes.buffer.slice(0, bytes.length) as ArrayBuffer)
        expect(groups.length).toBe(Math.ceil(rows.length / rowGroupRows))
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

function encoded(rows: RowColumns, series: readonly SeriesRow[], rowGroupRows: number): Uint8Array {
  const work = encodePart([rows], series, rowGroupRows)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

async function readBack(bytes: Uint8Array): Promise<unknown[]> {
  const file = bytes.buffer.slice(0, bytes.length) as ArrayBuffer
  const compressors = { GZIP: (page: Uint8Array) => new Uint8Array(gunzipSync(page)) }
  const parsers = { timestampFromMicroseconds: (us: bigint) => us }
  const read = await parquetReadObjects({ file, compressors, parsers })
  return read.map(({ value, ...facts }) => ({
    ...facts,
    bits: bitsIn(new Float64Array([value as number]))[0],
  }))
}
