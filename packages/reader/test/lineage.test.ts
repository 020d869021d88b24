import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import { limits } from '@provloom/shared'
import { folder, makeRun } from './support/runs.ts'

const data = 'd'.repeat(64)
const model = 'e'.repeat(64)

/** A run that made a model of data, and so many reports of the model. */
async function makeTrained(saveDir: string, name: string, reports = 1): Promise<void> {
  const file = { name: 'model.pkl', kind: 'model' as const, sha256: model, rank: 0, model: 'digits' }
  const input = { name: 'digits', kind: 'dataset' as const, sha256: data, path: '/data/digits' }
  await makeRun(saveDir, { name, outputs: [file], inputs: [input] })
  const made = Array.from({ length: reports }, (_, i) => `run:report.${i}`)
  const typed = (type: string): object => ({ $: type, type: 'prov:QUALIFIED_NAME' })
  const document = {
    prefix: {
      provloom: 'urn:uuid:db988eb8-9eb2-45e0-8e18-e084e473b9df#',
      mls: 'http://www.w3.org/ns/mls#',
      schema: 'http://schema.org/',
      run: `http://www.example.org/runs/${name}/`,
    },
    entity: {
      'run:data': { 'prov:label': 'digits', 'prov:type': typed('mls:Dataset'), 'schema:sha256': data },
      'run:model': { 'prov:label': 'model.pkl', 'prov:type': typed('mls:Model'), 'schema:sha256': model },
      ...Object.fromEntries(
        made.map((id) => [id, { 'prov:label': id, 'prov:type': typed('provloom:File') }]),
      ),
    },
    activity: { 'run:rank-0': {} },
    used: { '_:u': { 'prov:activity': 'run:rank-0', 'prov:entity': 'run:data' } },
    wasGeneratedBy: { '_:g': { 'prov:entity': 'run:model', 'prov:activity': 'run:rank-0' } },
    wasDerivedFrom: Object.fromEntries(
      made.map((id, i) => [`_:d${i}`, { 'prov:generatedEntity': id, 'prov:usedEntity': 'run:model' }]),
    ),
  }
  fs.writeFileSync(path.join(saveDir, name, 'prov.json'), JSON.stringify(document))
}

describe('lineage', () => {
  it('leads from a file up to its data and down to what was made of it', async () => {
    const saveDir = folder()
    await makeTrained(saveDir, 'digits_0')
    const { sha256, found, up, down } = await openReader(saveDir).lineage({ sha256: model.slice(0, 8) })
    expect(sha256).toBe(model)
    expect(found).toMatchObject([{ run: 'digits_0', role: 'made', element: 'run:model', model: 'digits' }])
    expect(up.map(({ label, what, distance }) => [label, what, distance])).toEqual([['digits', 'data', 2]])
    expect(down.map(({ label, what, distance }) => [label, what, distance])).toEqual([
      ['run:report.0', 'file', 1],
    ])
  })

  it('takes a copy of a run directory for the run that it is', async () => {
    const saveDir = folder()
    await makeTrained(saveDir, 'digits_0')
    const reader = openReader(saveDir)
    const alone = await reader.lineage({ sha256: model })
    fs.cpSync(path.join(saveDir, 'digits_0'), path.join(saveDir, 'zz_copy'), { recursive: true })
    const beside = await openReader(saveDir).lineage({ sha256: model })
    expect([beside.found.length, beside.up.length, beside.down.length]).toEqual([
      alone.found.length,
      alone.up.length,
      alone.down.length,
    ])
    expect(alone.found).toHaveLength(1)
  })

  it('names who made a file before who used it, and what cannot be read without its place', async () => {
    const saveDir = folder()
    await makeTrained(saveDir, 'digits_0')
    const input = { name: 'base', kind: 'model' as const, sha256: model }
    await makeRun(saveDir, { name: 'tuned_0', inputs: [input] })
    const { found, runs } = await openReader(saveDir).lineage({ sha256: `sha256:${model}` })
    expect(found.map(({ run, role, element }) => [run, role, element])).toEqual([
      ['digits_0', 'made', 'run:model'],
      ['tuned_0', 'used', undefined],
    ])
    expect(runs).toBe(2)
  })

  it('goes through the graphs of lineageRunsMax runs, and names the others', async () => {
    const saveDir = folder()
    for (let i = 0; i <= limits.lineageRunsMax; i++) await makeTrained(saveDir, `digits_${i}`)
    const { found, up } = await openReader(saveDir).lineage({ sha256: model })
    expect(found).toHaveLength(limits.lineageRunsMax + 1)
    expect(found.filter(({ element }) => element !== undefined)).toHaveLength(limits.lineageRunsMax)
    expect(new Set(up.map(({ run }) => run)).size).toBe(limits.lineageRunsMax)
  })

  it('has no more than lineageStepsMax steps of one run', async () => {
    const saveDir = folder()
    await makeTrained(saveDir, 'digits_0', limits.lineageStepsMax + 1)
    const { down } = await openReader(saveDir).lineage({ sha256: model })
    expect(down).toHaveLength(limits.lineageStepsMax)
  })

  it('is of no file for what is no checksum', async () => {
    for (const sha256 of ['', 'abc', 'x'.repeat(64)])
      await expect(openReader(folder()).lineage({ sha256 })).rejects.toMatchObject({ code: 'BAD_QUERY' })
    await expect(openReader(folder()).lineage({ file: '/' })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    })
  })
})
