import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJson, validate } from '@provloom/prov'
import { openReader } from '@provloom/reader'
import { limits } from '@provloom/shared'
import { folder, makeRun } from './support/runs.ts'

const namespaces = {
  provloom: 'urn:uuid:db988eb8-9eb2-45e0-8e18-e084e473b9df#',
  mls: 'http://www.w3.org/ns/mls#',
  run: 'http://www.example.org/runs/01890a5d/',
}

/** A run whose graph has a dataset that so many files were made of. */
async function withFiles(count: number): Promise<string> {
  const saveDir = folder()
  await makeRun(saveDir, { name: 'digits_0' })
  const files = Array.from({ length: count }, (_, i) => `run:rank-0.file.${i}`)
  const document = {
    prefix: namespaces,
    entity: {
      'run:data': { 'prov:label': 'digits', 'provloom:size': 4 },
      'run:metrics': { 'prov:type': { $: 'provloom:MetricStore', type: 'prov:QUALIFIED_NAME' } },
      ...Object.fromEntries(files.map((id) => [id, {}])),
    },
    activity: { 'run:rank-0': { 'prov:label': 'rank 0' } },
    used: { '_:u': { 'prov:activity': 'run:rank-0', 'prov:entity': 'run:data' } },
    wasGeneratedBy: Object.fromEntries(
      [...files, 'run:metrics'].map((id, i) => [
        `_:g${i}`,
        { 'prov:entity': id, 'prov:activity': 'run:rank-0' },
      ]),
    ),
  }
  fs.writeFileSync(path.join(saveDir, 'digits_0/prov.json'), JSON.stringify(document))
  return saveDir
}

describe('the graph around an element', () => {
  it('has its causes to the left and its effects to the right, and not our own things', async () => {
    const graph = await openReader(await withFiles(2)).graph(undefined, { at: 'rank 0', fold: 'none' })
    expect(graph.elements.map(({ id }) => id).toSorted()).toEqual([
      'run:data',
      'run:rank-0',
      'run:rank-0.file.0',
      'run:rank-0.file.1',
    ])
    expect(graph.total).toEqual({ elements: 5, relations: 4 })
    const x = (id: string): number => graph.box[id]![0]
    expect(x('run:data')).toBeLessThan(x('run:rank-0'))
    expect(x('run:rank-0')).toBeLessThan(x('run:rank-0.file.0'))
    expect(graph.relations).toContainEqual({ from: 'run:rank-0', to: 'run:data', kind: 'used', count: 1 })
    const all = await openReader(await withFiles(2)).graph(undefined, {
      at: 'rank 0',
      fold: 'none',
      machinery: true,
    })
    expect(all.elements.map(({ id }) => id)).toContain('run:metrics')
  })

  it('is drawn as it is laid out, each element named for who puts it into a page', async () => {
    const reader = openReader(await withFiles(2))
    const query = { at: 'rank 0', fold: 'none' } as const
    const { elements } = await reader.graph(undefined, query)
    const svg = await reader.drawing(undefined, { ...query, theme: 'dark' })
    const ids = [...svg.matchAll(/data-id="([^"]+)"/g)].map(([, id]) => id!)
    expect(ids.toSorted()).toEqual(elements.map(({ id }) => id).toSorted())
    expect(svg.match(/data-from="/g)).toHaveLength(3)
  })

  it('is a document of its own: what is shown, and what is said between that', async () => {
    const reader = openReader(await withFiles(2))
    const text = await reader.graphDocument(undefined, { at: 'run:rank-0.file.0', fold: 'none' })
    const document = JSON.parse(text) as Record<string, Record<string, unknown>>
    expect(Object.keys(document['entity']!).toSorted()).toEqual(['run:data', 'run:rank-0.file.0'])
    expect(Object.keys(document['activity']!)).toEqual(['run:rank-0'])
    expect([Object.keys(document['used']!).length, Object.keys(document['wasGeneratedBy']!).length]).toEqual([
      1, 1,
    ])
    expect(validate(readJson(text))).toEqual([])
  })

  it('goes as far as is asked for', async () => {
    const reader = openReader(await withFiles(1))
    const ids = async (up: number | 'all'): Promise<string[]> =>
      (await reader.graph(undefined, { at: 'run:rank-0.file.0', fold: 'none', up })).elements.map(
        ({ id }) => id,
      )
    expect(await ids(1)).toEqual(['run:rank-0.file.0', 'run:rank-0'])
    expect(await ids('all')).toEqual(['run:rank-0.file.0', 'run:rank-0', 'run:data'])
  })

  it('has no more than elementsShownMax elements, and counts the others', async () => {
    const graph = await openReader(await withFiles(200)).graph(undefined, { at: 'run:rank-0', fold: 'none' })
    expect(graph.elements).toHaveLength(limits.elementsShownMax)
    expect(graph.more).toBe(202 - limits.elementsShownMax)
  })

  it('is none of an element that there is not, and no picture of what is no run', async () => {
    const reader = openReader(await withFiles(1))
    await expect(reader.graph(undefined, { at: 'nobody', fold: 'none' })).rejects.toMatchObject({
      code: 'BAD_QUERY',
    })
    await expect(reader.graph()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})
