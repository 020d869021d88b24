import { validate } from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { labelled, relations, values } from './support/look.ts'
import { RunScript } from './support/run.ts'
import type { Said } from './support/run.ts'

const group: Said = {
  type: 'group',
  library: 'torch.distributed',
  backend: 'nccl',
  worldSize: 4,
  rendezvous: 'head:29500',
}
const seed = (rank: number): Said => ({
  type: 'param',
  key: 'seed',
  valueType: 'int',
  value: `${17 * rank + 3}`,
})
const data = (context: string): Said => ({ type: 'dataset', label: context, context })
const version: Said = {
  type: 'artifact',
  name: 'm_0.pt',
  kind: 'checkpoint',
  role: 'output',
  path: '/w/m_0.pt',
  version: 0,
  model: 'm',
  context: 'training',
}

/** Four ranks that train as one, or as many; the first saves a version of the model. */
function trained(before: readonly Said[], file: Said = version, after: readonly Said[] = []): RunScript {
  const run = new RunScript().open()
  for (let rank = 0; rank < 4; rank++) run.admit(rank)
  for (let rank = 0; rank < 4; rank++)
    run.log(
      rank,
      [...before, seed(rank), data('training'), data('testing'), { type: 'series', id: 0, key: 'loss' }],
      [{ series: 0, step: 0, value: 1 }],
    )
  run.log(0, [file])
  for (let rank = 0; rank < 4; rank++)
    run.log(rank, [...after, { type: 'context', name: 'training', edge: 'end' }])
  return run
}

/** Labels of all that is behind the version, by plain lineage. */
function behind(run: RunScript): string[] {
  const document = run.graph.document()
  const steps = (['used', 'wasGeneratedBy', 'wasDerivedFrom'] as const).flatMap((kind) =>
    relations(document, kind),
  )
  const [file] = labelled(document, 'File', 'm_0.pt')
  const found = new Set<string>([file!.replace('run:', '')])
  for (const one of found) for (const [from, to] of steps) if (from === one) found.add(to!)
  return [...found].flatMap((id) => [
    ...values(document, `run:${id}`, 'value').map((value) => `seed ${value}`),
    ...(id.startsWith('dataset.') ? values(document, `run:${id}`, 'label') : []),
  ])
}

describe('a process group', () => {
  it('made the model that one of its ranks wrote: what all of them used in that context is behind it', () => {
    const run = trained([group])
    expect(behind(run).sort()).toEqual(['seed 20', 'seed 3', 'seed 37', 'seed 54', 'training'])
    const document = run.graph.document()
    const [id] = labelled(document, 'ProcessGroup', 'torch.distributed group of 4')
    const told = (name: string): string[] => values(document, id!, name)
    expect(['seenBy', 'worldSize', 'rank', 'backend', 'isPartOf'].map(told)).toEqual([
      ['4'],
      ['4'],
      ['0', '1', '2', '3'],
      ['nccl'],
      ['run:attempt-0'],
    ])
    const [file] = labelled(document, 'File', 'm_0.pt')
    expect(values(document, file!, 'writer')).toEqual(['run:rank-0.training'])
    expect(relations(document, 'wasGeneratedBy')).toContainEqual([
      file!.replace('run:', ''),
      `${id!.replace('run:', '')}.training`,
    ])
  })

  it('that came only after the model was logged did not make it, nor begin before itself', () => {
    const run = trained([], version, [group])
    expect(behind(run).sort()).toEqual(['seed 3', 'training'])
    expect(validate(run.graph.document())).toEqual([])
  })

  it('is none where nobody saw one: then the model is the work of the rank that wrote it', () => {
    const run = trained([])
    expect(behind(run).sort()).toEqual(['seed 3', 'training'])
    expect(run.text()).not.toContain('ProcessGroup')
  })

  it('did not make what its rank says that it made alone', () => {
    const run = trained([group], { ...version, contributors: 'rank' })
    expect(behind(run).sort()).toEqual(['seed 3', 'training'])
  })

  it('of which not all ranks are collected says how many it had', () => {
    const run = new RunScript().open({ collectAllProcesses: false }).admit(0)
    run.log(0, [{ ...group, worldSize: 8 }])
    const document = run.graph.document()
    const [id] = labelled(document, 'ProcessGroup', 'torch.distributed group of 8')
    expect([values(document, id!, 'worldSize'), values(document, id!, 'seenBy')]).toEqual([['8'], ['1']])
  })

  it('is one for each library and rendezvous of an attempt', () => {
    const run = new RunScript().open().admit(0).admit(1)
    run.log(0, [group, { ...group, rendezvous: 'other' }]).log(1, [group])
    expect(labelled(run.graph.document(), 'ProcessGroup', 'torch.distributed group of 4')).toHaveLength(2)
  })

  it('ends with its ranks, or before them', () => {
    const run = trained([group])
    expect(run.text()).not.toMatch(/"run:group\.0\.[0-9a-f]{8}":\{[^}]*endTime/)
    for (let rank = 0; rank < 4; rank++) run.log(rank, [{ ...group, edge: 'end' }])
    expect(run.text()).toMatch(/"run:group\.0\.[0-9a-f]{8}":\{[^}]*endTime/)
  })
})
