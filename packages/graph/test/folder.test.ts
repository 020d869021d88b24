import { describe, expect, it } from 'vitest'
import { validate } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import { relations, values } from './support/look.ts'
import { RunScript } from './support/run.ts'
import type { Said } from './support/run.ts'

const session: Said = {
  type: 'session.start',
  session: 'a',
  pid: 1,
  library: 'provloom',
  libraryVersion: '0.1.0',
  language: 'python',
}

const folder = (path: string, facts: object, ...names: readonly string[]): Said[] => [
  ...names.map((name) => artifact(`${path}/${name}`, { ...facts, depth: 1 })),
  artifact(path, { ...facts, mediaType: 'inode/directory' }),
]

function artifact(path: string, facts: object): Said {
  return {
    type: 'artifact',
    name: path,
    kind: 'artifact',
    role: 'output',
    path,
    copy: false,
    ...facts,
  }
}

const members = (document: ProvDocument, of: string): (string | undefined)[] =>
  relations(document, 'hadMember').flatMap(([collection, one]) => (collection === of ? [one] : []))

describe('a folder in the graph', () => {
  it('has the files in it as members, each time that it is logged those of that time', () => {
    const run = new RunScript().open().admit(0).log(0, [session])
    run.log(0, folder('/w/out', {}, 'a', 'b'))
    run.log(0, folder('/w/output', {}, 'c'))
    run.log(0, folder('/w/out', {}, 'a'))
    const document = run.graph.document()
    expect(members(document, 'rank-0.file.2')).toEqual(['rank-0.file.0', 'rank-0.file.1'])
    expect(members(document, 'rank-0.file.4')).toEqual(['rank-0.file.3'])
    expect(members(document, 'rank-0.file.6')).toEqual(['rank-0.file.5'])
    expect(values(document, 'run:rank-0.file.2', 'type')).toContain('prov:Collection')
    expect(values(document, 'run:rank-0.file.0', 'type')).not.toContain('prov:Collection')
    expect(validate(document)).toEqual([])
  })

  it('that ranks read is one, with the files that any of them found in it', () => {
    const run = new RunScript().open()
    for (const [rank, name] of ['x', 'y'].entries())
      run.admit(rank).log(rank, folder('/w/data', { role: 'input' }, 'all', name))
    const document = run.graph.document()
    const [[id] = []] = relations(document, 'hadMember').filter(([one]) => one?.startsWith('input.'))
    expect(members(document, id!)).toHaveLength(3)
    expect(validate(document)).toEqual([])
  })

  it('that is a version of a model is the version: its shards are no versions, and none is derived from another', () => {
    const run = new RunScript().open().admit(0).log(0, [session])
    for (const version of [0, 1])
      run.log(0, folder(`/w/big-${version}`, { kind: 'checkpoint', version, model: 'big' }, '0.bin', '1.bin'))
    const document = run.graph.document()
    expect(relations(document, 'wasDerivedFrom')).toEqual([['rank-0.file.5.v1', 'rank-0.file.2.v0']])
    expect(relations(document, 'specializationOf')).toEqual(
      ['rank-0.file.2.v0', 'rank-0.file.5.v1'].map((id) => [id, 'model.big']),
    )
    expect(members(document, 'rank-0.file.2.v0')).toEqual(['rank-0.file.0.v0', 'rank-0.file.1.v0'])
    expect(values(document, 'run:rank-0.file.0.v0', 'type')).toEqual(['provloom:File'])
    expect(values(document, 'run:rank-0.file.2.v0', 'type')).toContain('provloom:Checkpoint')
  })
})
