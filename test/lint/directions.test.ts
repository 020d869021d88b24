import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

/** Files of ours with an import that their room may not have. */
const forbidden = [
  ['shared/src/log/planted.ts', '@provloom/prov'],
  ['shared/src/planted.ts', '../../prov/src/model/record.ts'],
  ['prov/src/draw/planted.ts', '@provloom/shared'],
  ['rundir/src/entry/planted.ts', '@provloom/graph'],
  ['rundir/src/planted.ts', 'zeromq'],
  ['graph/src/apply/planted-1.ts', '@provloom/aggregator'],
  ['graph/src/apply/planted-2.ts', '../../../aggregator/src/metrics/store.ts'],
  ['graph/src/apply/planted-3.ts', 'node:os'],
  ['graph/src/render/planted.ts', '@provloom/rundir'],
  ['graph/src/planted.ts', 'node:fs/promises'],
  ['crate/src/planted-1.ts', '@provloom/graph'],
  ['crate/src/describe/planted.ts', '../../../aggregator/src/metrics/store.ts'],
  ['crate/src/planted-2.ts', 'zeromq'],
  ['reader/src/planted-1.ts', '@provloom/aggregator'],
  ['reader/src/answer/planted.ts', '../../../agent/src/client/client.ts'],
  ['rundir/src/planted-2.ts', '@provloom/reader'],
  ['reader/src/planted-2.ts', '../../ui/src/ui.ts'],
  ['ui/src/planted.ts', '@provloom/rundir'],
  ['ui/page/planted.ts', '@provloom/graph'],
  ['agent/src/spool/planted-1.ts', '@provloom/aggregator'],
  ['agent/src/spool/planted-2.ts', '@provloom/rundir/entry'],
  ['agent/src/planted.ts', '../../rundir/src/layout.ts'],
  ['aggregator/src/run/planted-1.ts', '@provloom/agent/process'],
  ['aggregator/src/run/planted-2.ts', 'provloom'],
  ['aggregator/src/metrics/parquet/planted-1.ts', '../../run/open-run.ts'],
  ['aggregator/src/journal/planted-1.ts', '../wiring.ts'],
  ['aggregator/src/journal/planted-2.ts', '@provloom/graph'],
] as const

const allowed = [
  ['rundir/src/fine.ts', '@provloom/shared'],
  ['graph/src/apply/fine-1.ts', '@provloom/rundir/entry'],
  ['graph/src/apply/fine-2.ts', '@provloom/rundir/series'],
  ['aggregator/src/metrics/parquet/fine.ts', '../rows.ts'],
  ['aggregator/src/metrics/fine.ts', '@provloom/rundir'],
  ['aggregator/src/fine.ts', '@provloom/graph'],
  ['aggregator/src/run/fine.ts', '@provloom/graph/picture'],
  ['crate/src/fine.ts', '@provloom/rundir'],
  ['reader/src/fine.ts', '@provloom/graph'],
  ['ui/src/fine.ts', '@provloom/reader'],
  ['cli/src/fine.ts', '@provloom/aggregator'],
] as const

const clocks = ['Date.now()', 'performance.now()', 'process.pid', 'setTimeout(() => {})'].map(
  (call, i) => [`graph/src/apply/clock-${i}.ts`, call] as const,
)

/** Files and time beside their seams, where a test could not stand in for a disk or a clock. */
const beside = [
  ['aggregator/src/run/beside-1.ts', `import fs from 'node:fs'\nexport const planted = fs\n`],
  ['aggregator/src/journal/beside.ts', `import fs from 'node:fs/promises'\nexport const planted = fs\n`],
  [
    'aggregator/src/metrics/beside.ts',
    `import { setTimeout } from 'node:timers/promises'\nexport const planted = setTimeout\n`,
  ],
  ['aggregator/src/admission/beside.ts', 'export const planted = (): number => Date.now()\n'],
  ['aggregator/src/closing/beside.ts', 'export const planted = (): number => performance.now()\n'],
  ['aggregator/src/beside.ts', 'export const planted = (): unknown => setInterval(() => {}, 5)\n'],
] as const

/** Rules broken, by file: of a folder that has our rules and what is planted, and nothing else. */
const broken = new Map<string, string[]>()

beforeAll(() => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-lint-'))
  const plant = (file: string, text: string): void => {
    const place = path.join(folder, 'packages', file)
    fs.mkdirSync(path.dirname(place), { recursive: true })
    fs.writeFileSync(place, text)
  }
  const importing = (from: string): string => `import { it } from '${from}'\nexport const planted = it\n`
  for (const [file, from] of [...forbidden, ...allowed]) plant(file, importing(from))
  for (const [file, call] of clocks) plant(file, `export const planted = (): unknown => ${call}\n`)
  for (const [file, text] of beside) plant(file, text)
  // A lease is watched by the time of the machine, whatever the clock of a test says.
  plant('aggregator/src/run/lease.ts', beside[0][1])
  plant('graph/src/nameless.ts', importing('fs'))
  plant('rundir/src/one.ts', `import { two } from './two.ts'\nexport const one = (): unknown => two\n`)
  plant('rundir/src/two.ts', `import { one } from './one.ts'\nexport const two = (): unknown => one\n`)
  plant('rundir/src/three.ts', `import type { Four } from './four.ts'\nexport type Three = Four | 3\n`)
  plant('rundir/src/four.ts', `import type { Three } from './three.ts'\nexport type Four = Three | 4\n`)
  fs.copyFileSync(path.join(root, '.oxlintrc.json'), path.join(folder, '.oxlintrc.json'))
  const oxlint = path.join(root, 'node_modules/oxlint/bin/oxlint')
  const { stdout } = spawnSync(process.execPath, [oxlint, '--format=json'], { cwd: folder, encoding: 'utf8' })
  fs.rmSync(folder, { recursive: true })
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] }
  for (const { code, filename } of diagnostics) {
    const file = filename.replaceAll('\\', '/').replace(/^.*packages\//, '')
    broken.set(file, [...(broken.get(file) ?? []), code])
  }
})

test.each(forbidden)('packages/%s may not import %s', (file) => {
  expect(broken.get(file)).toEqual(['eslint(no-restricted-imports)'])
})

test.each(allowed)('packages/%s may import %s', (file) => {
  expect(broken.get(file)).toBeUndefined()
})

test.each(clocks)('packages/%s may not say %s: the graph is a function of its entries', (file) => {
  expect(broken.get(file)).toEqual(['eslint(no-restricted-globals)'])
})

test.each(beside)('packages/%s may not reach the disk or the time beside Files and Clock', (file) => {
  expect(broken.get(file)).toHaveLength(1)
  expect(broken.get(file)![0]).toMatch(/no-nodejs-modules|no-restricted-globals/)
})

test('what is the own of a process and no run may: packages/aggregator/src/run/lease.ts', () => {
  expect(broken.get('aggregator/src/run/lease.ts')).toBeUndefined()
})

test('a module of Node goes by its one name, which the rules know', () => {
  expect(broken.get('graph/src/nameless.ts')).toEqual(['unicorn(prefer-node-protocol)'])
})

test.each(['one', 'two', 'three', 'four'])(
  'two files may not import each other, nor their types: packages/rundir/src/%s.ts',
  (file) => {
    expect(broken.get(`rundir/src/${file}.ts`)).toEqual(['import(no-cycle)'])
  },
)
