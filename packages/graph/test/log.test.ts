import { describe, expect, it } from 'vitest'
import type { RunEntry } from '@provloom/rundir/entry'
import { limits } from '@provloom/shared'
import { labelled, relations, values } from './support/look.ts'
import { RunScript, startUs } from './support/run.ts'
import type { Said } from './support/run.ts'

const lr = (value: string): Said => ({ type: 'param', key: 'lr', valueType: 'float', value })

const session: Said = {
  type: 'session.start',
  session: '0123456789abcdef',
  pid: 7,
  library: 'provloom',
  libraryVersion: '0.1.0',
  language: 'python',
}

function admitted(rank: number): Extract<RunEntry, { kind: 'admitted' }> {
  const found = new RunScript().open().admit(rank, 0, 'n').entries[1]
  if (found?.kind !== 'admitted') throw new Error('the second entry admits')
  return found
}

function ranks(count: number): RunScript {
  const run = new RunScript().open()
  for (let rank = 0; rank < count; rank++) run.admit(rank, 0, 'n', count)
  return run
}

it('an experiment, which outlives its runs, has an identifier that no other name has', () => {
  const names = [
    'a b',
    'a-b',
    'a/b',
    'caf\u00e9',
    'cafe\u0301',
    'A-b',
    'x'.repeat(64),
    'x'.repeat(65),
    '\u6e2c',
  ]
  const ids = names.map((experimentName) => {
    const { records } = new RunScript().open({ experimentName }).graph.document()
    return records.find(({ id }) => id?.local.startsWith('experiment-'))?.id?.local
  })
  expect(new Set(ids).size).toBe(names.length)
  expect(ids[1]).toBe('experiment-a-b')
})

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
    const [set, ...others] = labelled(document, 'ParameterSet', '1 parameters')
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
      expect.stringMatching(/^param\.x\.[0-9a-f]{16}$/),
      'rank-0',
    ])
  })
})

describe('a series', () => {
  it('counts NaN and infinities and gives statistics of finite values', () => {
    const points = [1e16, 1, -1e16, NaN, Infinity, 1].map((value, step) => ({ series: 0, step, value }))
    const run = ranks(1).log(0, [{ type: 'series', id: 0, key: 'x', unit: 'J' }], points)
    const found = Object.fromEntries(
      [
        'rows',
        'nanRows',
        'infiniteRows',
        'min',
        'max',
        'mean',
        'hasValue',
        'firstStep',
        'lastStep',
        'unit',
      ].map((name) => [name, values(run.graph.document(), 'run:rank-0.series.x', name).join()]),
    )
    expect(found).toEqual({
      rows: '6',
      nanRows: '1',
      infiniteRows: '1',
      min: '-10000000000000000.0',
      max: '10000000000000000.0',
      mean: '0.5',
      hasValue: '1.0',
      firstStep: '0',
      lastStep: '5',
      unit: 'J',
    })
  })

  it('is one of its rank whichever process of it logs', () => {
    const run = ranks(1)
    for (const stream of ['worker-2', 'worker-1'])
      run.log(0, [{ type: 'series', id: 7, key: 'x' }], [{ series: 7, step: 1, value: 2 }], 0, stream)
    expect(values(run.graph.document(), 'run:rank-0.series.x', 'rows')).toEqual(['2'])
  })

  it('has an identifier of its own when another name looks alike', () => {
    const run = ranks(1).log(0, [
      { type: 'series', id: 0, key: 'a b' },
      { type: 'series', id: 1, key: 'a/b' },
    ])
    const document = run.graph.document()
    const ids = ['a b', 'a/b'].flatMap((label) => labelled(document, 'ModelEvaluation', label))
    expect(new Set(ids).size).toBe(2)
  })

  it('was generated by its context at its last point, once that has ended, and by its rank where there is none', () => {
    const run = ranks(1)
    const series = { type: 'series', id: 0, key: 'x', context: 'TRAINING' } as const
    run.log(
      0,
      [series, { type: 'series', id: 1, key: 'y' }],
      [
        { series: 0, step: 0, value: 1 },
        { series: 1, step: 0, value: 1 },
      ],
    )
    const made = (): string[][] =>
      relations(run.graph.document(), 'wasGeneratedBy').filter(([id]) => id!.startsWith('rank-0.'))
    expect(made()).toEqual([])
    run.log(0, [{ type: 'context', name: 'TRAINING', edge: 'end' }])
    expect(made()).toEqual([['rank-0.TRAINING.x', 'rank-0.TRAINING']])
    run.log(0, [{ type: 'session.end', status: 'completed', by: 'call' }])
    expect(made()).toEqual([
      ['rank-0.TRAINING.x', 'rank-0.TRAINING'],
      ['rank-0.series.y', 'rank-0'],
    ])
    expect(run.text()).toContain(`"prov:time":"2026-01-05T08:00:02.000000Z"`)
  })

  it('folds into a final metric', () => {
    const points = [3, 1, 2].map((value, step) => ({ series: 0, step, value }))
    const run = ranks(1).log(
      0,
      [
        { type: 'series', id: 0, key: 'loss', context: 'TRAINING' },
        { type: 'final.metric', key: 'loss', fold: 'min', initialValue: 10 },
        { type: 'final.metric', key: 'loss', fold: 'add', initialValue: 10 },
        { type: 'final.metric', key: 'loss', fold: 'subtract', initialValue: 10 },
        { type: 'final.metric', key: 'gain', fold: 'max', initialValue: -1 },
      ],
      points,
    )
    const value = (id: string): string =>
      values(run.graph.document(), `run:rank-0.final.${id}`, 'value').join()
    expect([value('loss.min'), value('loss.add'), value('loss.subtract'), value('gain.max')]).toEqual([
      '1.0',
      '16.0',
      '4.0',
      '-1.0',
    ])
  })
})

describe('a file', () => {
  const version = (n: number): Said => ({
    type: 'artifact',
    name: `m_${n}.pt`,
    kind: 'checkpoint',
    role: 'output',
    path: `/w/m_${n}.pt`,
    version: n,
    model: 'm',
    context: 'TRAINING',
  })

  /** With the session's own stream, whose files have plain numbers. */
  const begun = (count: number): RunScript => {
    const run = ranks(count)
    for (let rank = 0; rank < count; rank++) run.log(rank, [session])
    return run
  }
  const stored = (number: number, more: object): Said => ({
    type: 'artifact.stored',
    stream: 'worker-1',
    number,
    ...more,
  })

  it('that is a version is a revision of the one before, in whatever order they come', () => {
    const run = begun(1).log(0, [version(2), version(0), version(1)])
    const ends = relations(run.graph.document(), 'wasDerivedFrom').map((pair) => pair.join(' <- '))
    expect(ends.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'rank-0.TRAINING.file.0.v2 <- rank-0.TRAINING.file.2.v1',
      'rank-0.TRAINING.file.2.v1 <- rank-0.TRAINING.file.1.v0',
    ])
    expect(relations(run.graph.document(), 'specializationOf').map(([, model]) => model)).toEqual([
      'model.m',
      'model.m',
      'model.m',
    ])
  })

  it('of another process of the session is named by its stream besides', () => {
    const run = begun(1)
    const file = { type: 'artifact', name: 'x', kind: 'output', role: 'output', path: '/w/x' } as const
    run.log(0, [file], [], 0, 'worker-2').log(0, [file])
    const ids = labelled(run.graph.document(), 'File', 'x')
    expect(ids).toEqual([
      expect.stringMatching(/^run:rank-0\.file\.0$/),
      expect.stringMatching(/\.[0-9a-f]{8}-0$/),
    ])
  })

  it('is told with checksum and a copy that recording made, even when the agent speaks first', () => {
    const run = begun(1)
    run.log(
      0,
      [stored(1, { size: 4, sha256: 'ab', stored: 'artifacts/rank0/x', mode: 0o640 })],
      [],
      0,
      'agent-1',
    )
    run.log(0, [
      {
        type: 'artifact',
        name: 'x',
        kind: 'artifact',
        role: 'output',
        path: '/w/x',
        spooled: 'k1',
        mode: 0o644,
      },
    ])
    const document = run.graph.document()
    const told = (id: string): string[][] =>
      ['location', 'sha256', 'contentUrl', 'mode'].map((name) => values(document, id, name))
    expect(told('run:rank-0.file.0')).toEqual([['/w/x'], ['ab'], [], ['0644']])
    expect(told('run:rank-0.file.0.copy')).toEqual([
      ['artifacts/rank0/x'],
      ['ab'],
      ['artifacts/rank0/x'],
      ['0640'],
    ])
    expect(relations(document, 'wasDerivedFrom')).toEqual([['rank-0.file.0.copy', 'rank-0.file.0']])
    expect(relations(document, 'wasGeneratedBy')).toContainEqual(['rank-0.file.0.copy', 'recording'])
  })

  it('that the client itself wrote is one entity, where it is kept', () => {
    const run = begun(1)
    const own = { name: 'm_0.pt', kind: 'checkpoint', role: 'output', version: 0, model: 'm' } as const
    run.log(0, [{ type: 'artifact', ...own, path: '/spool/files/k2', spooled: 'k2', mode: 0o666 }])
    expect(values(run.graph.document(), 'run:rank-0.file.0.v0', 'location')).toEqual([])
    run.log(
      0,
      [stored(1, { size: 4, sha256: 'ab', stored: 'artifacts/rank0/m_0.pt', mode: 0o644 })],
      [],
      0,
      'agent-1',
    )
    const document = run.graph.document()
    expect(values(document, 'run:rank-0.file.0.v0', 'location')).toEqual(['artifacts/rank0/m_0.pt'])
    expect(values(document, 'run:rank-0.file.0.v0', 'mode')).toEqual(['0644'])
    expect(run.text()).not.toContain('StoredCopy')
  })

  it('that was copied after a recovery has its copy from that', () => {
    const run = begun(1)
    run.log(0, [{ type: 'artifact', name: 'x', kind: 'artifact', role: 'output', path: '/w/x' }])
    run.tell({ kind: 'resumed', time: run.nowUs, cause: 'the aggregator was started again' })
    run.log(0, [stored(1, { stored: 'artifacts/rank0/x' })], [], 0, 'agent-1')
    const document = run.graph.document()
    expect(relations(document, 'wasGeneratedBy')).toContainEqual(['rank-0.file.0.copy', 'recovery-1'])
    expect(values(document, 'run:recovery-1', 'cause')).toEqual(['the aggregator was started again'])
  })

  it('that is not as it was says so, and one that has changed before it was read has no hash', () => {
    const run = begun(1)
    const file = { type: 'artifact', kind: 'artifact', role: 'output', copy: true } as const
    run.log(0, [
      { ...file, name: 'a', path: '/w/a', size: 4, mark: '1.2.3', mode: 0o600, group: 7, link: '/data/a' },
      { ...file, name: 'b', path: '/w/b', problem: 'it changed while it was copied', spooled: 'k3' },
      stored(1, { problem: 'it has changed' }),
      stored(2, { problem: 'not copied' }),
    ])
    const document = run.graph.document()
    const told = (number: number, attribute: string): unknown =>
      values(document, `run:rank-0.file.${number}`, attribute)
    expect(['problem', 'size', 'sha256', 'link'].map((one) => told(0, one))).toEqual([
      ['it has changed'],
      ['4'],
      [],
      ['/data/a'],
    ])
    expect(told(1, 'problem')).toEqual(['it changed while it was copied', 'not copied'])
  })

  it('that all ranks of a machine read is one entity, and tells when it is not one content', () => {
    const run = begun(2)
    const input = {
      type: 'artifact',
      name: 'data',
      kind: 'input',
      role: 'input',
      path: '/w/data',
      size: 4,
    } as const
    for (const [rank, sha256] of ['ab', 'cd'].entries())
      run.log(rank, [input, stored(1, { size: 4, sha256, stored: `artifacts/rank${rank}/data` })])
    const document = run.graph.document()
    const [id, ...others] = labelled(document, 'File', 'data')
    expect(others).toEqual([])
    expect(values(document, id!, 'sha256')).toEqual(['ab', 'cd'])
    expect(values(document, id!, 'problem')).toEqual(['under this name and path there were 2 contents'])
    expect(values(document, `${id}.copy`, 'sha256')).toEqual(['ab', 'cd'])
    expect(values(document, `${id}.copy`, 'size')).toEqual([])
    expect(relations(document, 'used').map(([by]) => by)).toEqual(['rank-0', 'rank-1'])
  })

  it('of another machine is another file, though its path is the same', () => {
    const run = new RunScript().open().admit(0, 0, 'a').admit(1, 0, 'b')
    const input = { type: 'artifact', name: 'cfg', kind: 'input', role: 'input', path: '/w/cfg' } as const
    run.log(0, [input]).log(1, [input])
    expect(labelled(run.graph.document(), 'File', 'cfg')).toHaveLength(2)
  })
})

describe('code', () => {
  it('is the source, from which its script, diff and untracked files are, whatever machine they are on', () => {
    const run = new RunScript().open().admit(0, 0, 'a').admit(1, 0, 'b')
    const file = { type: 'artifact', role: 'input', sha256: 'ab' } as const
    for (const rank of [0, 1])
      run.log(rank, [
        { type: 'source', remote: 'https://e.org/r.git', commit: 'c0ffee', dirty: true },
        { ...file, kind: 'script', name: 'train.py', path: '/w/train.py' },
        { ...file, kind: 'diff', name: 'source.diff', path: `/spool${rank}/files/k1`, spooled: 'k1' },
        { ...file, kind: 'untracked', name: 'util.py', path: '/w/util.py' },
      ])
    const document = run.graph.document()
    const behind = relations(document, 'wasDerivedFrom').flatMap(([from, to]) =>
      from === 'source' ? [to!] : [],
    )
    expect(behind.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'script',
      'source.diff',
      expect.stringMatching(/^source\.untracked\.[0-9a-f]{8}$/),
    ])
    expect(relations(document, 'used').map(([, what]) => what)).toEqual(['source', 'source'])
    expect(values(document, 'run:run', 'executes')).toEqual(['run:source'])
  })

  it('outside a repository is its script alone, which its rank used', () => {
    const run = ranks(1).log(0, [
      { type: 'artifact', role: 'input', kind: 'script', name: 'train.py', path: '/w/train.py' },
    ])
    expect(relations(run.graph.document(), 'used')).toEqual([['rank-0', 'script']])
  })
})

describe('energy', () => {
  const told = (joules: number, method = 'NVML'): Said => ({
    type: 'energy',
    host: 'n',
    device: 'GPU-1',
    joules,
    method,
  })
  const watch: Said = { type: 'watch', edge: 'start', host: 'n', hostId: 'aabbccdd-1' }

  it('of one device is counted once, however many ranks watch it, and made by the watch of its machine', () => {
    const run = ranks(2)
    run
      .log(0, [told(3_600_000)])
      .log(1, [told(1_000_000)])
      .log(0, [told(7_200_000)])
    const document = run.graph.document()
    expect(values(document, 'run:host-n.GPU-1.NVML.energy', 'joules')).toEqual(['7200000.0'])
    expect(values(document, 'run:host-n.GPU-1.NVML.energy', 'kind')).toEqual(['measured'])
    expect(values(document, 'run:energy', 'measuredJoules')).toEqual(['7200000.0'])
    expect(relations(document, 'wasGeneratedBy')).toContainEqual(['host-n.GPU-1.NVML.energy', 'host-n.watch'])
  })

  it('of watches one after the other is their sum', () => {
    const run = new RunScript().open()
    for (const rank of [0, 1])
      run
        .tell({ ...admitted(rank), hostId: 'aabbccdd-1' })
        .log(rank, [watch, told(100 + rank)])
        .log(rank, [{ ...watch, edge: 'end' }])
    expect(values(run.graph.document(), 'run:energy', 'measuredJoules')).toEqual(['201.0'])
    expect(values(run.graph.document(), 'run:host-n.aabbccdd.watch', 'electedRank')).toEqual(['0', '1'])
  })

  it('is unknown where nothing could be measured, which does not look like nothing used', () => {
    const run = ranks(1).log(0, [{ type: 'host', host: 'n', notMeasured: 'energy: no counters' }])
    const document = run.graph.document()
    expect(values(document, 'run:host-n.unknown.energy', 'reason')).toEqual(['no counters'])
    expect(values(document, 'run:host-n.unknown.energy', 'joules')).toEqual([])
    expect(values(document, 'run:energy', 'unknownDevices')).toEqual(['1'])
  })
})

describe('what is measured', () => {
  const series = (measures: 'host' | 'rank', id: number): Said => ({
    type: 'series',
    id,
    key: `k${id}`,
    measures,
  })

  it('of a machine is told once for all its ranks, and of a rank with that, both by the watch', () => {
    const run = ranks(2)
    for (const rank of [0, 1])
      run.log(
        rank,
        [series('host', 0), series('rank', 1)],
        [0, 1].map((id) => ({ series: id, step: 0, value: rank })),
        0,
        'agent-1',
      )
    for (const rank of [0, 1]) run.log(rank, [{ type: 'session.end', status: 'completed', by: 'call' }])
    const document = run.graph.document()
    expect(values(document, 'run:host-n.k0', 'rows')).toEqual(['2'])
    expect(values(document, 'run:host-n.k0', 'measures')).toEqual(['run:host-n'])
    expect(values(document, 'run:rank-1.measured.k1', 'metric')).toEqual(['user:metric-k1'])
    expect(labelled(document, 'ModelEvaluation', 'k0')).toEqual([])
    expect(labelled(document, 'Quantity', 'k0')).toEqual(['user:metric-k0'])
    expect(relations(document, 'wasGeneratedBy').filter(([, by]) => by === 'host-n.watch')).toEqual([
      ['host-n.k0', 'host-n.watch'],
      ['rank-0.measured.k1', 'host-n.watch'],
      ['rank-1.measured.k1', 'host-n.watch'],
    ])
    expect(run.graph.summary().logs).toBe(0)
  })
})

describe('the user namespace', () => {
  it.each([
    ['www.example.org', 'http://www.example.org/'],
    ['localhost:8080/x', 'http://localhost:8080/x/'],
    ['https://example.org/ns#', 'https://example.org/ns#'],
    ['http://example.org/ü', 'http://example.org/%C3%BC/'],
    ['urn:me:', 'urn:me:'],
    ['not a namespace', 'http://localhost/'],
    ['http://www.w3.org/ns/prov#', 'http://localhost/'],
  ])('%s is %s', (given, expected) => {
    const { graph } = new RunScript().open({ provUserNamespace: given })
    expect(graph.document().namespaces.prefixes.get('user')).toBe(expected)
    const problems = values(graph.document(), 'run:run', 'problem')
    expect(problems).toHaveLength(expected === 'http://localhost/' ? 1 : 0)
  })
})
