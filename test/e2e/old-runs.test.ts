import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJson, validate } from '@provloom/prov'
import { fieldsOf } from '@provloom/shared'
import { folder, provloom, repository } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'
import { rowsOf } from '../support/parquet.ts'

const old = path.join(repository, 'test/data/prov4ml')
const v1 = path.join(old, 'v1/prov/digits_0/provgraph_digits_GR0.json')
const v2 = path.join(old, 'v2/prov/digits-csv_0')
const v3 = path.join(old, 'v3/prov/digits-csv_0')

function importInto(work: string, ...places: string[]): Promise<Result> {
  const env = { PROVLOOM_SPOOL_ROOT: path.join(work, 'spools'), TMPDIR: work }
  return provloom(['import-prov4ml', '--prov-user-namespace', 'www.example.org', ...places], {
    cwd: work,
    env,
  })
}

function runJson(run: string): { head: ReadonlyMap<string, unknown>; text: string } {
  const text = fs.readFileSync(path.join(run, 'run.json'), 'utf8')
  return { head: fieldsOf(fieldsOf(JSON.parse(text)).get('head')), text }
}

describe('provloom import-prov4ml', () => {
  it.each([
    ['values in the document (2024)', v1, 'digits_0', ['loss']],
    ['CSV beside it, contexts as activities (2025)', v2, 'digits-csv_0', ['loss', 'f1']],
    ['CSV beside it, entities for all (2026)', v3, 'digits-csv_0', ['loss', 'f1']],
  ])('makes a valid run of %s, each point with its step, value and time', async (_, place, name, keys) => {
    const work = folder()
    const result = await importInto(work, place)
    expect(result.code, result.stderr).toBe(0)
    const run = path.join(work, 'prov', name)
    expect(validate(readJson(fs.readFileSync(path.join(run, 'prov.json'))))).toEqual([])
    const losses = await rowsOf(run, 'loss')
    expect(losses.length).toBe(9)
    const training = losses.filter((row) => (row as { context?: unknown }).context === 'training')
    expect(training.map(({ step, value }) => [Number(step), value.toFixed(3)])).toEqual([
      [0, '1.000'],
      [0, '0.500'],
      [1, '0.333'],
      [1, '0.250'],
      [2, '0.200'],
      [2, '0.167'],
    ])
    expect(training.every(({ time }) => time.toISOString().startsWith('2026-11-28T06:'))).toBe(true)
    for (const key of keys) expect((await rowsOf(run, key)).length).toBeGreaterThan(0)
    const { head } = runJson(run)
    expect(JSON.stringify(head.get('params'))).toContain('{"name":"lr","value":0.01,"ranks":1}')
    expect(JSON.stringify(head.get('params'))).toContain('"name":"optimizer","value":"adam"')
    expect(fs.readdirSync(path.join(work)).filter((one) => one.startsWith('provloom-old'))).toEqual([])
  })

  it('keeps models as versions, data sets with their samples, and files that lie there with their bytes', async () => {
    const work = folder()
    await importInto(work, v3)
    const run = path.join(work, 'prov/digits-csv_0')
    const document = fs.readFileSync(path.join(run, 'prov.json'), 'utf8')
    expect(document).toContain('"prov:label":"train_set"')
    expect(document).toMatch(/"provloom:samples":8/)
    const { head } = runJson(run)
    const outputs = JSON.stringify(head.get('outputs'))
    expect(outputs).toMatch(/"name":"net_2.pt","kind":"checkpoint".*"version":2/)
    expect(outputs).toMatch(/"name":"report.txt".*"sha256":"[0-9a-f]{64}"/)
    expect(fs.readFileSync(path.join(run, 'artifacts/rank0/report.txt'), 'utf8')).toBe('fine\n')
  })

  it('tells what is not there, and of a series that numpy abbreviated guesses nothing', async () => {
    const work = folder()
    const document = path.join(work, 'old.json')
    const text = fs.readFileSync(v1, 'utf8').replace('[1.0, 0.5, 0.3333333333333333, 0.25, ', '[1.0 0.5 ... ')
    fs.writeFileSync(document, text)
    const result = await importInto(work, document)
    expect(result.code).toBe(0)
    expect(result.stderr).toMatch(
      /old\.json: the series loss of training is not taken over: numpy has left values out/,
    )
    expect(result.stderr).toMatch(/old\.json: 4 logged files are not there/)
    const run = path.join(work, 'prov/digits_0')
    expect((await rowsOf(run, 'loss')).length).toBe(3)
    expect(runJson(run).text).toContain('"OLD_RUN"')
  })

  it('tells of netCDF where no Python has a reader, and takes over all else', async () => {
    const work = folder()
    const bin = path.join(work, 'bin')
    fs.mkdirSync(bin)
    const script = '#!/bin/sh\necho "ModuleNotFoundError: No module named \'h5py\'" >&2\nexit 1\n'
    fs.writeFileSync(path.join(bin, 'python3'), script, { mode: 0o755 })
    const env = { PATH: `${bin}:${process.env['PATH']}`, PROVLOOM_SPOOL_ROOT: path.join(work, 'spools') }
    const place = path.join(old, 'v2/prov/digits-nc_0')
    const result = await provloom(['import-prov4ml', place], { cwd: work, env })
    expect(result.stderr).toMatch(
      /loss_Context\.TRAINING_GR0\.nc: python3 has no reader for it \(No module named 'h5py'\)/,
    )
    expect(result.code).toBe(0)
    const { head } = runJson(path.join(work, 'prov/digits-nc_0'))
    expect(JSON.stringify(head.get('params'))).toContain('"lr"')
  })

  it('makes one run of the documents of its ranks', async () => {
    const work = folder()
    const from = path.join(work, 'digits-csv_0')
    fs.cpSync(v3, from, { recursive: true })
    const text = fs.readFileSync(path.join(from, 'prov_digits-csv_GR0_0.json'), 'utf8')
    const other = text
      .replaceAll('_GR0', '_GR1')
      .replace('"yprov:global_rank": "0"', '"yprov:global_rank": "1"')
    fs.writeFileSync(path.join(from, 'prov_digits-csv_GR1_0.json'), other)
    const metrics = path.join(from, 'metrics_GR1')
    fs.mkdirSync(metrics)
    for (const name of fs.readdirSync(path.join(from, 'metrics_GR0')))
      fs.copyFileSync(path.join(from, 'metrics_GR0', name), path.join(metrics, name.replace('_GR0', '_GR1')))
    const result = await importInto(work, from)
    expect(result.stderr).toContain('digits-csv, 2 ranks, 20 points')
    const losses = await rowsOf(path.join(work, 'prov/digits-csv_0'), 'loss')
    expect([0, 1].map((rank) => losses.filter((row) => row.rank === rank).length)).toEqual([9, 9])
  })

  it('names the file that it cannot read', async () => {
    const work = folder()
    const file = path.join(work, 'torn.json')
    fs.writeFileSync(file, fs.readFileSync(v1, 'utf8').slice(0, 900))
    const result = await importInto(work, file)
    expect(result.stderr).toMatch(/^Error: Could not read \S+torn\.json: /)
    expect(result.code).toBe(2)
  })
})

describe('provloom convert of an old document', () => {
  it.each([
    ['2024', v1, 1],
    ['2025', path.join(v2, 'prov_digits-csv_GR0_0.json'), 0],
    ['2026', path.join(v3, 'prov_digits-csv_GR0_0.json'), 0],
  ])(
    'of %s makes it valid with --mend, says what it changed, and every format can hold it',
    async (_, file, invalid) => {
      const work = folder()
      expect(validate(readJson(fs.readFileSync(file))).length).toBe(invalid)
      const mended = path.join(work, 'mended.json')
      const result = await provloom([
        'convert',
        '--mend',
        '--base',
        'http://www.example.org/old/',
        file,
        mended,
      ])
      expect(result.code, result.stderr).toBe(0)
      expect(result.stderr).toMatch(/^provloom: \S+\.json: a namespace that was no IRI is one: /)
      expect(validate(readJson(fs.readFileSync(mended)))).toEqual([])
      for (const ending of ['ttl', 'provn', 'xml', 'jsonld']) {
        const converted = await provloom(['convert', mended, path.join(work, `a.${ending}`)])
        expect(converted.code, converted.stderr).toBe(0)
      }
    },
  )

  it('with --base alone changes namespaces alone, and names the file that a format cannot hold', async () => {
    const file = path.join(v3, 'prov_digits-csv_GR0_0.json')
    const work = folder()
    const out = path.join(work, 'out.json')
    const result = await provloom(['convert', '--base', 'http://www.example.org/old/', file, out])
    expect(result.stderr.trim().split('\n').length).toBe(1)
    expect(fs.readFileSync(out, 'utf8')).toContain('"prov:startedAtTime"')
    const refused = await provloom(['convert', file, path.join(work, 'a.ttl')])
    expect(refused.stderr).toMatch(/cannot hold \S+prov_digits-csv_GR0_0\.json: /)
    const wrong = await provloom(['convert', '--base', 'nowhere', file, out])
    expect(wrong.stderr).toMatch(/--base must be an IRI that ends in \/ or #.*\[BAD_OPTION\]/)
    expect(wrong.code).toBe(2)
  })

  it('reads what Python writes for numbers that JSON has no words for, and times that are none', async () => {
    const work = folder()
    const file = path.join(work, 'a.json')
    fs.writeFileSync(
      file,
      '{"prefix": {"a": "a"}, "entity": {"b:e": {"a:x": NaN, "a:y": -Infinity}}, "activity": {"a:r": {"prov:startTime": "1717000000.5", "prov:endTime": "2024-05-29 18:00:00"}}}',
    )
    const result = await provloom(['convert', '--mend', file, '-', '--to', 'provn'])
    expect(result.stdout).toContain('activity(a:r, 2024-05-29T16:26:40.500Z, 2024-05-29T18:00:00)')
    expect(result.stdout).toMatch(/a:x\s*=\s*"NaN" %% xsd:double/)
    expect(result.stderr).toContain('a prefix that was used is declared: b is urn:uuid:')
  })
})
