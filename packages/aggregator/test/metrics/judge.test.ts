import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetricStore } from '../../src/metrics/store.ts'
import { bitsOf, give, records, sealAll, series } from './rows.ts'
import type { Row } from './rows.ts'

const python = process.env['PROVLOOM_TEST_PYTHON']
const skipped =
  python === undefined
    ? ' (skipped: PROVLOOM_TEST_PYTHON names no Python with pandas, polars and duckdb)'
    : ''

/** Each prints the folder's rows as [rank, key, context, step, time in us, value's bits], sorted. */
const readers: Readonly<Record<string, string>> = {
  pandas: `
import pandas as pd
t = pd.read_parquet(folder)
assert str(t["time"].dtype) == "datetime64[us, UTC]" and str(t["value"].dtype) == "float64", t.dtypes
for name in ("rank", "attempt"): assert str(t[name].dtype) == "int32"
out = [[r, k, None if pd.isna(c) else c, s, int(u), int(v)] for r, k, c, s, u, v in zip(t["rank"], t["key"], t["context"], t["step"], t["time"].astype("int64"), t["value"].to_numpy().view("int64"))]
`,
  polars: `
import polars as pl
t = pl.read_parquet(folder + "/*.parquet")
assert t.schema["time"] == pl.Datetime("us", "UTC") and t.schema["value"] == pl.Float64, t.schema
out = [[r, k, c, s, u, int(v)] for r, k, c, s, u, v in zip(t["rank"], t["key"], t["context"], t["step"], t["time"].to_physical(), t["value"].to_numpy().view("int64"))]
`,
  DuckDB: `
import duckdb
t = duckdb.sql(f"select rank, key, context, step, epoch_us(time) as time, value from '{folder}/*.parquet'").fetchnumpy()
import numpy as np
plain = lambda c: [None if m else v for v, m in zip(np.ma.getdata(c).tolist(), np.ma.getmaskarray(c))]
out = [list(row) for row in zip(t["rank"].tolist(), plain(t["key"]), plain(t["context"]), t["step"].tolist(), t["time"].tolist(), np.ma.getdata(t["value"]).view("int64").tolist())]
`,
}

/** What PyArrow says of the first part's first row group: of each column least, greatest, nulls, and whether pages are indexed. */
const metadata = `
import json, sys, glob, pyarrow.parquet as pq
group = pq.ParquetFile(sorted(glob.glob(sys.argv[1] + "/*.parquet"))[0]).metadata.row_group(0)
of = lambda c: [str(c.statistics.min), str(c.statistics.max), c.statistics.null_count] if c.statistics is not None else None
print(json.dumps({(c := group.column(i)).path_in_schema: [of(c), c.has_column_index, c.has_offset_index] for i in range(group.num_columns)}))
`

it.skipIf(python === undefined)(`PyArrow sees what lets it skip a part${skipped}`, () => {
  const said: unknown = JSON.parse(
    execFileSync(python!, ['-c', metadata, path.join(home, 'metrics')], { encoding: 'utf8' }),
  )
  expect(said).toMatchObject({
    rank: [['0', '0', 0], true, true],
    attempt: [['0', '0', 0], true, true],
    context: [['TRAINING', 'TRAINING', 10_000], true, true],
    source: [['None', 'None', 20_000], true, true],
    key: [['loss', 'perte ✓', 0], true, true],
    step: [['0', '19999', 0], true, true],
    time: [['2026-01-05 08:00:00.000001+00:00', '2026-01-05 08:00:00.020000+00:00', 0], true, true],
    // One of its values is NaN.
    value: [null, false, true],
  })
})

const odd = [bitsOf(-0), bitsOf(NaN), 0x7ff8_0000_0000_1234n, bitsOf(Infinity), bitsOf(5e-324), bitsOf(0.1)]
const told: Row[] = Array.from({ length: 20_000 }, (_, i) => ({
  series: i % 2,
  step: BigInt(i),
  time: 1_767_600_000_000_001n + BigInt(i),
  bits: odd[i] ?? bitsOf(Math.sin(i)),
}))

let home: string
beforeAll(async () => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-parts-'))
  const store = createMetricStore({
    folder: path.join(home, 'metrics'),
    curves: path.join(home, 'curves'),
    monotonicMs: () => 0,
    headRowsMax: 1,
  })
  const declared = [series(0, 'loss', 'TRAINING'), series(1, 'perte ✓')]
  for (const rank of [0, 1]) {
    give(store, rank, records(rank, declared, told))
    await sealAll(store)
  }
  // A part that is being written is none of a reader's business.
  give(store, 2, records(0, [], told))
  await store.seal()
})
afterAll(() => fs.rmSync(home, { recursive: true }))

describe('the parts of a run that goes on', () => {
  it.skipIf(python === undefined).each(Object.keys(readers))(
    `are read by %s, bit by bit${skipped}`,
    (name) => {
      const code = `import json, sys\nfolder = sys.argv[1]\n${readers[name]}\nprint(json.dumps(sorted(([int(r), k, c, int(s), int(u), str(v)] for r, k, c, s, u, v in out), key=lambda x: (x[0], x[3]))))`
      const said: unknown = JSON.parse(
        execFileSync(python!, ['-c', code, path.join(home, 'metrics')], {
          encoding: 'utf8',
          maxBuffer: 1 << 26,
        }),
      )
      const expected = [0, 1].flatMap((rank) =>
        told.map(({ series, step, time, bits }) => [
          rank,
          series === 0 ? 'loss' : 'perte ✓',
          series === 0 ? 'TRAINING' : null,
          Number(step),
          Number(time),
          String(bits),
        ]),
      )
      expect(said).toEqual(expected)
    },
  )
})
