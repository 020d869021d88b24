import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { equalDocuments, readJson, validate, writeJson } from '@provloom/prov'
import { bin, start } from '../support/cli.ts'
import { rowsOf } from '../support/parquet.ts'
import type { RunFile } from '../support/site.ts'
import { goldenSite } from './site.ts'

const steps = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, step) => [step, 1 / (step + 1)])

async function expectRun(runDir: string, points: Readonly<Record<number, number>>): Promise<RunFile> {
  const document = readJson(fs.readFileSync(path.join(runDir, 'prov.json')))
  expect(validate(document)).toEqual([])
  expect(equalDocuments(readJson(writeJson(document)), document)).toBe(true)
  const found = await rowsOf(runDir, 'loss')
  for (const [rank, count] of Object.entries(points)) {
    const own = found.filter((one) => one.rank === Number(rank))
    expect(own.map(({ step, value }) => [Number(step), value])).toEqual(steps(count))
    const model = path.join(runDir, `artifacts/rank${rank}/model${rank}.bin`)
    expect([...fs.readFileSync(model)]).toEqual(Array.from({ length: 256 }, (_, byte) => byte))
  }
  return JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')) as RunFile
}

test('a run whose aggregator was killed is read from its journal, whole', async () => {
  const work = goldenSite('running')
  const runDir = path.join(work, 'prov/golden_0')
  const result = await start(bin, ['recover', runDir], { cwd: work }).ended
  expect(result.code, result.stderr).toBe(0)
  const run = await expectRun(runDir, { 0: 30 })
  expect(run).toMatchObject({ finished: true, worldSize: 2, jobKey: 'golden' })
  expect(run.ledger.ranks.map(({ rank, status }) => [rank, status])).toEqual([[0, 'completed']])
})

test('a session that was kept is read from its spool, and its run from its snapshot, and becomes whole', async () => {
  const work = goldenSite('ended')
  const spoolRoot = path.join(work, 'spools')
  const result = await start(bin, ['import', '--spool-root', spoolRoot], { cwd: work }).ended
  expect(result.code, result.stderr).toBe(0)
  expect(fs.readdirSync(spoolRoot)).toEqual([])
  expect(fs.readdirSync(path.join(work, 'prov')).filter((name) => !name.startsWith('.'))).toEqual([
    'golden_0',
  ])
  const runDir = path.join(work, 'prov/golden_0')
  const run = await expectRun(runDir, { 0: 30, 1: 40 })
  expect(run.ledger.ranks.map(({ rank }) => rank)).toEqual([0, 1])
})
