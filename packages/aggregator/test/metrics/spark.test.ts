import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { enduring } from '../../../../test/support/effort.ts'
import { createMetricStore } from '../../src/metrics/store.ts'
import { bitsOf, give, records, sealAll, series } from './rows.ts'

const python = process.env['PROVLOOM_TEST_SPARK']
const skipped = !enduring
  ? ' (skipped: npm run endure -- spark)'
  : python === undefined
    ? ' (skipped: PROVLOOM_TEST_SPARK names no Python with pyspark, beside Java 17)'
    : ''

const program = `
import json, sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
assert spark.conf.get("spark.sql.parquet.enableVectorizedReader") == "true"
spark.read.parquet(sys.argv[1]).createOrReplaceTempView("points")
rows = spark.sql("select rank, key, count(*), sum(step), sum(value), count(context) from points group by rank, key order by rank, key").collect()
one = spark.sql("select step, value from points where rank = 1 and key = 'loss' and step between 15000 and 15002 order by step").collect()
print("said " + json.dumps([[list(row) for row in rows], [list(row) for row in one]]))
`

it.skipIf(!enduring || python === undefined)(
  `Spark's vectorized reader has the same sums, and finds one rank's curve${skipped}`,
  async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-spark-'))
    try {
      const folder = path.join(home, 'metrics')
      const curves = path.join(home, 'curves')
      const store = createMetricStore({ folder, curves, monotonicMs: () => 0, headRowsMax: 1 })
      for (const rank of [0, 1]) {
        const rows = Array.from({ length: 40_000 }, (_, i) => ({
          series: i % 2,
          step: BigInt(i >> 1),
          time: 1_767_600_000_000_000n + BigInt(i),
          bits: bitsOf(((i * 7919) % 4096) / 16),
        }))
        give(store, rank, records(rank, [series(0, 'loss', 'training'), series(1, 'cpu')], rows))
        await sealAll(store)
      }
      const output = execFileSync(python!, ['-c', program, folder], { encoding: 'utf8' })
      const said = output.split('\n').find((line) => line.startsWith('said '))!
      const sum = (odd: number): number =>
        Array.from({ length: 20_000 }, (_, i) => (((i * 2 + odd) * 7919) % 4096) / 16).reduce(
          (a, b) => a + b,
          0,
        )
      const value = (step: number): number => ((step * 2 * 7919) % 4096) / 16
      const steps = (19_999 * 20_000) / 2
      expect(JSON.parse(said.slice(5))).toEqual([
        [0, 1].flatMap((rank) => [
          [rank, 'cpu', 20_000, steps, sum(1), 0],
          [rank, 'loss', 20_000, steps, sum(0), 20_000],
        ]),
        [15_000, 15_001, 15_002].map((step) => [step, value(step)]),
      ])
    } finally {
      fs.rmSync(home, { recursive: true })
    }
  },
  180_000,
)
