import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { RunsQuery } from '@provloom/reader'
import { limits } from '@provloom/shared'
import { folder, makeRun } from './support/runs.ts'

/** Three that differ, as a person would have them. */
async function three(): Promise<string> {
  const saveDir = folder()
  await makeRun(saveDir, {
    name: 'digits_0',
    params: { lr: 0.5, tag: 'base', note: 'two words' },
    metrics: { 'validation.accuracy': 0.87, 'training.loss': 0.629 },
    head: { source: { commit: '1405280aa', branch: 'main', dirty: true } },
  })
  await makeRun(saveDir, {
    name: 'digits_1',
    params: { lr: 2, tags: '["base", "wide"]' },
    metrics: { 'validation.accuracy': 0.8975, 'training.loss': 0.405 },
  })
  await makeRun(saveDir, {
    name: 'other_0',
    experiment: 'other',
    status: 'failed',
    params: { lr: 5 },
    metrics: { 'training.loss': 'NaN' },
    head: { finding: { code: 'RANK_FAILED', who: 'rank 1', text: 'rank 1 failed', ranks: [1] } },
  })
  return saveDir
}

async function names(saveDir: string, query: RunsQuery): Promise<string[]> {
  return (await openReader(saveDir).runs(query)).runs.map(({ run }) => run)
}

describe('runs', () => {
  it('come with the newest first, and say what a list shows of them', async () => {
    const { runs, total, matched, unreadable } = await openReader(await three()).runs()
    expect(runs.map(({ run }) => run)).toEqual(['other_0', 'digits_1', 'digits_0'])
    expect({ total, matched, unreadable }).toEqual({ total: 3, matched: 3, unreadable: [] })
    expect(runs[2]).toMatchObject({
      experiment: 'digits',
      status: 'completed',
      startTime: expect.stringMatching(/^2026-11-26T19:/),
      ranks: { completed: 2 },
      params: { lr: 0.5 },
      metrics: { 'validation/accuracy': { key: 'accuracy', last: 0.87, max: 0.87 } },
      ledger: { sent: 20, stored: 20, dropped: 0 },
      life: { state: 'ended' },
      source: { dirty: true },
    })
  })

  it.each([
    ['experiment:digits', ['digits_1', 'digits_0']],
    ['status:failed', ['other_0']],
    ['-status:failed', ['digits_1', 'digits_0']],
    ['status:failed,killed', ['other_0']],
    ['lr>0.5', ['other_0', 'digits_1']],
    ['lr>=0.5 lr<5', ['digits_1', 'digits_0']],
    ['lr:2', ['digits_1']],
    ['lr:2.0', ['digits_1']],
    ['lr!=2', ['other_0', 'digits_0']],
    ['accuracy>0.88', ['digits_1']],
    ['validation.accuracy<=0.88', ['digits_0']],
    ['training/loss<0.5', ['digits_1']],
    ['tag:base', ['digits_1', 'digits_0']],
    ['tag:wide', ['digits_1']],
    ['note:"two words"', ['digits_0']],
    ['"two words"', ['digits_0']],
    ['commit:1405', ['digits_0']],
    ['branch:main', ['digits_0']],
    ['host:n01 user:ada OTHER', ['other_0']],
    ['digits sort:-lr', ['digits_1', 'digits_0']],
    ['nothing-of-that-name>1', []],
    ['', ['other_0', 'digits_1', 'digits_0']],
  ])('that %s means are found', async (query, found) => {
    expect(await names(await three(), { query })).toEqual(found)
  })

  it.each([
    ['-accuracy', ['digits_1', 'digits_0', 'other_0']],
    ['accuracy', ['digits_0', 'digits_1', 'other_0']],
    ['-training.loss', ['digits_0', 'digits_1', 'other_0']],
    ['lr', ['digits_0', 'digits_1', 'other_0']],
    ['run', ['digits_0', 'digits_1', 'other_0']],
    ['-started', ['other_0', 'digits_1', 'digits_0']],
    ['started', ['digits_0', 'digits_1', 'other_0']],
    ['-no-such-thing', ['other_0', 'digits_1', 'digits_0']],
  ])('are sorted by %s, those without it behind', async (sort, order) => {
    expect(await names(await three(), { sort })).toEqual(order)
  })

  it('are searched for names that none of them has: those are told', async () => {
    const reader = openReader(await three())
    const unknownOf = async (query: string, sort?: string): Promise<readonly string[]> =>
      (await reader.runs({ query, ...(sort === undefined ? {} : { sort }) })).unknown
    expect(await unknownOf('lr>1 staus:failed -acuracy>1 a-word', '-loos')).toEqual([
      'staus',
      'acuracy',
      'loos',
    ])
    expect(await unknownOf('lr>1 status:failed tag:base training/loss<1 sort:-accuracy')).toEqual([])
    expect(await unknownOf('', 'took')).toEqual([])
  })

  it.each(['lr>much', 'status>failed', '"open'])('are not guessed from %s', async (query) => {
    await expect(openReader(await three()).runs({ query })).rejects.toMatchObject({ code: 'BAD_QUERY' })
  })

  it('come in pages that a run which comes between does not move', async () => {
    const saveDir = await three()
    const first = await openReader(saveDir).runs({ limit: 2 })
    expect(first.runs.map(({ run }) => run)).toEqual(['other_0', 'digits_1'])
    await makeRun(saveDir, { name: 'newer_0' })
    const second = await openReader(saveDir).runs({ limit: 2, after: first.cursor! })
    expect(second.runs.map(({ run }) => run)).toEqual(['digits_0'])
    expect(second.cursor).toBeUndefined()
  })

  it('that cannot be read are told beside the others', async () => {
    const saveDir = await three()
    fs.writeFileSync(path.join(saveDir, 'digits_0/run.json'), '{"format": 2}')
    fs.mkdirSync(path.join(saveDir, 'half_0/journal'), { recursive: true })
    fs.mkdirSync(path.join(saveDir, 'not-a-run'))
    fs.writeFileSync(path.join(saveDir, 'a-file'), '')
    const { runs, unreadable, total } = await openReader(saveDir).runs()
    expect(runs.map(({ run }) => run)).toEqual(['other_0', 'digits_1'])
    expect(total).toBe(2)
    expect(unreadable.toSorted((a, b) => (a.run < b.run ? -1 : 1))).toEqual([
      { run: 'digits_0', reason: 'it is of format 2, of a newer version of Provloom' },
      { run: 'half_0', reason: 'it has no run.json' },
    ])
  })

  it('are none in a folder that is not there', async () => {
    const { runs, total } = await openReader(path.join(folder(), 'prov')).runs()
    expect({ runs, total }).toEqual({ runs: [], total: 0 })
  })

  it('are seen anew when their record was written anew, and stay when nothing was', async () => {
    const saveDir = await three()
    const reader = openReader(saveDir)
    await reader.runs()
    await makeRun(saveDir, { name: 'digits_0', status: 'killed', second: 0 })
    fs.rmSync(path.join(saveDir, 'digits_1'), { recursive: true })
    const { runs } = await reader.runs()
    expect(runs.map(({ run, status }) => `${run} ${status}`)).toEqual(['other_0 failed', 'digits_0 killed'])
  })

  it('of a thousand are listed, runsShownDefault on a page', async () => {
    const saveDir = folder()
    await makeRun(saveDir, { name: 'digits_0', params: { lr: 0 }, metrics: { 'training.loss': 0 } })
    const text = fs.readFileSync(path.join(saveDir, 'digits_0/run.json'), 'utf8')
    const { runId } = JSON.parse(text) as { readonly runId: string }
    for (let i = 1; i < 1_000; i++) {
      const id = `${runId.slice(0, -4)}${(0xa000 + i).toString(16)}`
      fs.mkdirSync(path.join(saveDir, `digits_${i}`))
      const own = text
        .replace(runId, id)
        .replace('"name":"lr","value":0', `"name":"lr","value":${i}`)
        .replace('"last":0', `"last":${i}`)
        .replace(/"min":-1,/, `"min":${i},`)
      fs.writeFileSync(path.join(saveDir, `digits_${i}/run.json`), own)
    }
    const reader = openReader(saveDir)
    const { runs, total, cursor } = await reader.runs({ query: 'lr>=500', sort: 'loss' })
    expect(total).toBe(1_000)
    expect(runs).toHaveLength(limits.runsShownDefault)
    expect(runs[0]?.run).toBe('digits_500')
    const { runs: next } = await reader.runs({ query: 'lr>=500', sort: 'loss', after: cursor! })
    expect(next[0]?.run).toBe('digits_700')
  })

  it('tell their size when it is asked for', async () => {
    const saveDir = await three()
    fs.mkdirSync(path.join(saveDir, 'digits_0/metrics'))
    fs.writeFileSync(path.join(saveDir, 'digits_0/metrics/part-000000000000.parquet'), Buffer.alloc(1000))
    fs.symlinkSync('/proc/kcore', path.join(saveDir, 'digits_0/metrics/link'))
    const { runs } = await openReader(saveDir).runs({ query: 'run:digits_0', size: true })
    const { metrics, total, graph } = runs[0]!.size!
    expect(metrics).toBe(1000 + '/proc/kcore'.length)
    expect(total).toBe(metrics + graph)
  })
})

describe('a run', () => {
  it('is meant by its name, its path, and the start or end of its id', async () => {
    const saveDir = folder()
    const id = await makeRun(saveDir, { name: 'digits_0' })
    await makeRun(saveDir, { name: 'digits_1' })
    const reader = openReader(saveDir)
    const meant = path.join(saveDir, 'digits_0')
    for (const said of [
      'digits_0',
      meant,
      path.relative('.', meant),
      id,
      id.slice(0, 8),
      id.slice(-8),
      id.toUpperCase(),
    ])
      expect(reader.directoryOf(said), said).toBe(meant)
    expect(reader.directoryOf()).toBe(path.join(saveDir, 'digits_1'))
  })

  it('is not meant by what fits none, or more than one', async () => {
    const saveDir = folder()
    const id = await makeRun(saveDir, { name: 'digits_0' })
    const reader = openReader(saveDir)
    const refused = (said: string | undefined, code: string): void => {
      expect(() => reader.directoryOf(said), said ?? 'nothing').toThrow(expect.objectContaining({ code }))
    }
    for (const said of ['digits', id.slice(0, 5), '', '..', '.', 'ffffffff']) refused(said, 'RUN_UNKNOWN')
    fs.cpSync(path.join(saveDir, 'digits_0'), path.join(saveDir, 'copy'), { recursive: true })
    refused(id.slice(0, 8), 'RUN_AMBIGUOUS')
    expect(() => openReader(folder()).directoryOf()).toThrow(expect.objectContaining({ code: 'RUN_UNKNOWN' }))
  })

  it('whose record is damaged says so by its name', async () => {
    const saveDir = folder()
    await makeRun(saveDir, { name: 'digits_0' })
    fs.writeFileSync(path.join(saveDir, 'digits_0/run.json'), '{')
    await expect(openReader(saveDir).run('digits_0')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})
