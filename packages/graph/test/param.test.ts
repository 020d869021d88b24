import { describe, expect, it } from 'vitest'
import { limits } from '@provloom/shared'
import { labelled, relations, values } from './support/look.ts'
import { RunScript, startUs } from './support/run.ts'
import type { Said } from './support/run.ts'

const lr = (value: string): Said => ({ type: 'param', key: 'lr', valueType: 'float', value })

function ranks(count: number): RunScript {
  const run = new RunScript().open()
  for (let rank = 0; rank < count; rank++) run.admit(rank, 0, 'n', count)
  return run
}

/** What an activity used, as labels of parameters: those in its set, and those that it used directly. */
function usedBy(run: RunScript, activity: string): { readonly set: string[]; readonly direct: string[] } {
  const document = run.graph.document()
  const used = relations(document, 'used').flatMap(([by, what]) => (by === activity ? [what!] : []))
  const members = relations(document, 'hadMember')
  const words = (id: string): string =>
    `${values(document, `run:${id}`, 'label').join()}=${values(document, `run:${id}`, 'value').join()}`
  const sets = used.filter((id) => id.startsWith('params.'))
  return {
    set: members.flatMap(([set, id]) => (sets.includes(set!) ? [words(id!)] : [])).sort(),
    direct: used
      .filter((id) => id.startsWith('param.'))
      .map(words)
      .sort(),
  }
}

/** Each rank logs a metric: what it told before is settled. */
function settled(run: RunScript, count: number): RunScript {
  for (let rank = 0; rank < count; rank++)
    run.log(rank, [{ type: 'series', id: 90, key: 'loss' }], [{ series: 90, step: 0, value: 1 }])
  return run
}

describe('a parameter', () => {
  it('that all ranks told alike is one entity, and in their set', () => {
    const run = ranks(3)
    for (const rank of [0, 1, 2]) run.log(rank, [lr('0.1')])
    settled(run, 3)
    for (const rank of [0, 1, 2]) expect(usedBy(run, `rank-${rank}`)).toEqual({ set: ['lr=0.1'], direct: [] })
    const document = run.graph.document()
    const [set, ...others] = labelled(document, 'ParameterSet', '1 parameter')
    expect(others).toEqual([])
    expect(values(document, set!, 'rank')).toEqual(['0', '1', '2'])
  })

  it('that ranks told differently is used directly, one entity for each value, and a visible conflict', () => {
    const run = ranks(3)
    run
      .log(0, [lr('0.1')])
      .log(1, [lr('0.2')])
      .log(2, [lr('0.1')])
    settled(run, 3)
    expect([0, 1, 2].map((rank) => usedBy(run, `rank-${rank}`))).toEqual([
      { set: [], direct: ['lr=0.1'] },
      { set: [], direct: ['lr=0.2'] },
      { set: [], direct: ['lr=0.1'] },
    ])
    const document = run.graph.document()
    const ids = labelled(document, 'HyperParameterSetting', 'lr')
    expect(ids.map((id) => values(document, id, 'conflict').join())).toEqual(['true', 'true'])
  })

  it('leaves the sets again when a further rank tells another value', () => {
    const run = ranks(3)
    const batch = { type: 'param', key: 'batch', valueType: 'int', value: '8' } as const
    for (const rank of [0, 1]) run.log(rank, [lr('0.1'), batch])
    settled(run, 3)
    run.graph.render()
    expect(usedBy(run, 'rank-0')).toEqual({ set: ['batch=8', 'lr=0.1'], direct: [] })
    run.log(2, [lr('0.3'), batch])
    expect(usedBy(run, 'rank-0')).toEqual({ set: ['batch=8'], direct: ['lr=0.1'] })
    expect(usedBy(run, 'rank-2')).toEqual({ set: ['batch=8'], direct: ['lr=0.3'] })
    const text = run.text()
    expect(text.match(/provloom:ParameterSet/g)).toHaveLength(1)
  })

  it('of a rank that is alone is used directly; of ranks of another attempt nothing is said', () => {
    const run = ranks(1).admit(0, 1, 'n', 1)
    run.log(0, [lr('0.1')]).log(0, [lr('0.1')], [], 1)
    settled(run, 1)
    expect(usedBy(run, 'rank-0')).toEqual({ set: [], direct: ['lr=0.1'] })
  })

  it('told in a context is used by that', () => {
    const run = ranks(2)
    for (const rank of [0, 1]) run.log(rank, [{ ...lr('0.1'), context: 'TRAINING' } as Said])
    settled(run, 2)
    expect(usedBy(run, 'rank-0')).toEqual({ set: [], direct: [] })
    expect(usedBy(run, 'rank-0.TRAINING')).toEqual({ set: ['lr=0.1'], direct: [] })
  })

  it.each([
    ['the first metric', (run: RunScript) => settled(run, 1)],
    ['the end', (run: RunScript) => run.log(0, [{ type: 'session.end', status: 'completed', by: 'call' }])],
  ])('is pending until %s of its rank', (_, happen) => {
    const run = ranks(1).log(0, [lr('0.1'), { ...lr('8'), key: 'batch' } as Said])
    expect(usedBy(run, 'rank-0')).toEqual({ set: [], direct: [] })
    expect(values(run.graph.document(), 'run:rank-0', 'parametersPending')).toEqual(['2'])
    happen(run)
    expect(usedBy(run, 'rank-0').direct).toEqual(['batch=8.0', 'lr=0.1'])
    expect(values(run.graph.document(), 'run:rank-0', 'parametersPending')).toEqual([])
  })

  it('is pending for parametersPendingMs at the most, by the times of its rank', () => {
    const run = ranks(1).log(0, [lr('0.1')])
    const later = (ms: number): void => {
      run.log(0, [{ type: 'context', name: 'x', time: startUs + 2_000_000 + ms * 1000 } as never])
    }
    later(limits.parametersPendingMs - 1)
    expect(usedBy(run, 'rank-0').direct).toEqual([])
    later(limits.parametersPendingMs)
    expect(usedBy(run, 'rank-0').direct).toEqual(['lr=0.1'])
  })

  it('that every rank has of its own, and a hundred alike: records grow with ranks, not with both', () => {
    const size = 64
    const run = ranks(size)
    const param = (key: string, value: number): Said => ({
      type: 'param',
      key,
      valueType: 'int',
      value: `${value}`,
    })
    const alike = Array.from({ length: 100 }, (_, n) => param(`p${n}`, n))
    for (let rank = 0; rank < size; rank++)
      run.log(rank, [...alike, param('seed', rank), param('local_rank', rank % 8)])
    settled(run, size)
    const document = run.graph.document()
    expect(labelled(document, 'ParameterSet', '100 parameters')).toHaveLength(1)
    expect(relations(document, 'used')).toHaveLength(3 * size)
    expect(usedBy(run, 'rank-63').direct).toEqual(['local_rank=7', 'seed=63'])
  })

  it.each([
    ['int', '99999999999999999999', '99999999999999999999'],
    ['float', '1e-3', '0.001'],
    ['float', 'nan', 'NaN'],
    ['float', '-inf', '-INF'],
    ['bool', 'True', 'true'],
    ['str', 'true', 'true'],
    ['null', 'None', 'None'],
    ['time', '1767600000000000', '2026-01-05T08:00:00.000000Z'],
    ['int', 'seven', 'seven'],
  ] as const)('of type %s keeps its value %s', (valueType, value, expected) => {
    const run = ranks(1).log(0, [{ type: 'param', key: 'x', valueType, value }])
    const [id] = labelled(run.graph.document(), 'HyperParameterSetting', 'x')
    expect(values(run.graph.document(), id!, 'value')).toEqual([expected])
    expect(values(run.graph.document(), id!, 'hasValue')).toEqual([expected])
  })

  it('is generated by its rank when it is an output', () => {
    const run = ranks(1).log(0, [
      { type: 'param', key: 'x', valueType: 'int', value: '1', direction: 'output' },
    ])
    expect(relations(run.graph.document(), 'wasGeneratedBy')).toContainEqual([
      expect.stringMatching(/^output\.x\.[0-9a-f]{16}$/),
      'rank-0',
    ])
  })
})
