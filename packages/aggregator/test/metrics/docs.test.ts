import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { createMetricStore } from '../../src/metrics/store.ts'
import { bitsOf, give, records, sealAll, series } from './rows.ts'

const python = process.env['PROVLOOM_TEST_PYTHON']
const skipped =
  python === undefined
    ? ' (skipped: PROVLOOM_TEST_PYTHON names no Python with pandas, polars and duckdb)'
    : ''
const page = fs.readFileSync(path.resolve(import.meta.dirname, '../../../../docs/metrics.md'), 'utf8')
const examples = [...page.matchAll(/```python\n([^`]*)```/g)].map(([, code]) => code ?? '')

it('docs/metrics.md has an example for each of three readers', () => {
  expect(examples).toHaveLength(3)
})

it.skipIf(python === undefined).each(examples)(
  `an example of docs/metrics.md finds the loss of both ranks: %#${skipped}`,
  async (code) => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-docs-'))
    try {
      const store = createMetricStore({
        folder: path.join(home, 'metrics'),
        curves: path.join(home, 'curves'),
        monotonicMs: () => 0,
      })
      for (const rank of [0, 1]) {
        const row = { series: 0, step: 0n, time: 0n, bits: bitsOf(0.125 + rank) }
        give(store, rank, records(rank, [series(0, 'loss', 'training')], [row]))
      }
      await sealAll(store)
      const said = execFileSync(python!, ['-c', code], { cwd: home, encoding: 'utf8' })
      expect(said).toContain('0.125')
      expect(said).toContain('1.125')
    } finally {
      fs.rmSync(home, { recursive: true })
    }
  },
)
