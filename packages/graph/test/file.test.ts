import { describe, expect, it } from 'vitest'
import { labelled, relations, values } from './support/look.ts'
import { RunScript } from './support/run.ts'
import type { Said } from './support/run.ts'

const session: Said = {
  type: 'session.start',
  session: '0123456789abcdef',
  pid: 7,
  library: 'provloom',
  libraryVersion: '0.1.0',
  language: 'python',
}

function ranks(count: number): RunScript {
  const run = new RunScript().open()
  for (let rank = 0; rank < count; rank++) run.admit(rank, 0, 'n', count)
  return run
}

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
    run.tell({
      kind: 'resumed',
      time: run.nowUs,
      aggregator: { version: '0.1.0', host: 'head', pid: 8 },
      cause: 'the aggregator was started again',
    })
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

describe('a data set', () => {
  const dataset: Said = { type: 'dataset', label: 'train', path: '/data/train', size: 12 }
  const read = (more: object): Said => ({ type: 'artifact.stored', stream: 'worker-1', number: 0, ...more })

  it('that ranks found the same is one, with the digest that their agents read', () => {
    const run = ranks(3)
    for (const rank of [0, 1, 2]) run.log(rank, [dataset])
    run.log(0, [read({ size: 12, sha256: 'a'.repeat(64), files: 2 })], [], 0, 'agent-1')
    run.log(2, [read({ size: 12, sha256: 'a'.repeat(64), files: 2 })], [], 0, 'agent-1')
    const document = run.graph.document()
    const [train, ...more] = labelled(document, 'Dataset', 'train')
    expect(more).toEqual([])
    expect(values(document, train!, 'sha256')).toEqual(['a'.repeat(64)])
    expect(values(document, train!, 'files')).toEqual(['2'])
    expect(values(document, train!, 'problem')).toEqual([])
  })

  it('that ranks found different has the digests of all, and says so; one that is read in part how far', () => {
    const run = ranks(2).log(0, [dataset]).log(1, [dataset])
    run.log(0, [read({ partialSha256: 'a'.repeat(64), hashedFiles: 1, hashedBytes: 5 })], [], 0, 'agent-1')
    run.log(1, [read({ partialSha256: 'b'.repeat(64), hashedFiles: 1, hashedBytes: 5 })], [], 0, 'agent-1')
    const document = run.graph.document()
    const [train] = labelled(document, 'Dataset', 'train')
    expect(values(document, train!, 'partialSha256')).toEqual(['a'.repeat(64), 'b'.repeat(64)])
    expect(values(document, train!, 'hashedBytes')).toEqual(['5'])
    expect(values(document, train!, 'problem')).toEqual(['under this name and path there were 2 contents'])
  })
})
