import { describe, expect, it } from 'vitest'
import { problemWords } from '@provloom/shared'
import { element, values } from './support/look.ts'
import { RunScript } from './support/run.ts'
import type { Said } from './support/run.ts'

const slow = 'git took more than 5 s'
const whole = { type: 'source', path: '/repo', remote: 'r', commit: 'c0ffee', dirty: false } as const
const late = { type: 'source', path: '/repo/scripts', problem: slow } as const

/** Each rank tells one of these. */
function runOf(...told: readonly Said[]): RunScript {
  const run = new RunScript().open()
  for (const [rank, one] of told.entries()) run.admit(rank).log(rank, [one])
  return run
}

const sources = (run: RunScript): string[] => run.text().match(/"schema:SoftwareSourceCode"/g) ?? []

describe('problems of a run', () => {
  it('are one number in graph and summary, wherever they stand, each kind with what it is and what to try', () => {
    const run = runOf(late, { type: 'problem', code: 'SAMPLE', message: 'no file' })
    run.log(1, [{ type: 'problem', code: 'made up elsewhere', message: 'x' }])
    run.tell({ kind: 'remark', time: run.nowUs, code: 'RANKS_APART', message: 'apart' })
    const { problems, problemKinds } = run.graph.summary()
    expect(problems).toBe(4)
    expect(values(run.graph.document(), 'run:run', 'problems')).toEqual(['4'])
    expect(problemKinds.map(({ code, count }) => `${code} ${count}`)).toEqual([
      'OTHER 1',
      'RANKS_APART 1',
      'SAMPLE 1',
      'SOURCE 1',
    ])
    const { what, try: cure } = problemWords.SOURCE
    expect(problemKinds[3]).toEqual({ code: 'SOURCE', count: 1, what, try: cure })
    expect(values(run.graph.document(), 'run:run', 'problem')).toEqual([
      'RANKS_APART: apart',
      `OTHER: ${problemWords.OTHER.what}`,
      `SAMPLE: ${problemWords.SAMPLE.what}`,
    ])
  })

  it('that a rank told again are counted, in its words once', () => {
    const no = { type: 'problem', code: 'SAMPLE', message: 'no file' } as const
    const run = runOf(no)
    run.log(0, [no, no])
    expect(values(run.graph.document(), 'run:rank-0', 'problem')).toEqual(['SAMPLE: no file (3 times)'])
    expect(values(run.graph.document(), 'run:run', 'problem')).toEqual([
      `SAMPLE: ${problemWords.SAMPLE.what} (3 times)`,
    ])
  })

  it('do not count what is only a hint', () => {
    const run = new RunScript().open().admit(0)
    run.tell({ kind: 'remark', time: run.nowUs, code: 'NO_RANK', message: 'no rank was said' })
    expect(run.graph.summary()).toMatchObject({ problems: 0, hints: ['NO_RANK: no rank was said'] })
    expect(values(run.graph.document(), 'run:run', 'hint')).toEqual(['NO_RANK: no rank was said'])
    expect(values(run.graph.document(), 'run:run', 'problem')).toEqual([])
  })

  it('name the ranks that never came until they come, whatever else becomes of the run', () => {
    const run = new RunScript().open().admit(0)
    run.tell({ kind: 'absent', time: run.nowUs, ranks: [1, 2], elsewhere: [3] })
    expect(run.graph.summary()).toMatchObject({ problems: 1, problemKinds: [{ code: 'RANKS_ABSENT' }] })
    expect(values(run.graph.document(), 'run:run', 'problem')).toEqual([
      expect.stringMatching(
        /^RANKS_ABSENT: ranks 1-2 of 4 are not in this run: .* job slurm-42, in the save directory/,
      ),
    ])
    run.tell({ kind: 'reopened', time: run.nowUs })
    run.admit(1)
    expect(run.graph.summary()).toMatchObject({ problems: 1, absent: [2] })
    expect(values(run.graph.document(), 'run:run', 'elsewhereRank')).toEqual(['3'])
    run.admit(2).admit(3)
    expect(run.graph.summary()).toMatchObject({ problems: 0, absent: [] })
    expect(values(run.graph.document(), 'run:run', 'elsewhereRank')).toEqual([])
    expect(values(run.graph.document(), 'run:run', 'problem')).toEqual([])
  })

  it('count what the agent could not keep of a file once, however often it says so', () => {
    const stored = { type: 'artifact.stored', stream: 'worker-1', number: 0, problem: 'gone' } as const
    const run = new RunScript().open().admit(0)
    run.log(0, [{ type: 'artifact', name: 'f', kind: 'output', role: 'output', path: '/f', copy: true }])
    run.log(0, [stored, stored], [], 0, 'agent')
    expect(run.graph.summary()).toMatchObject({ problems: 1, problemKinds: [{ code: 'FILE_NOT_STORED' }] })
  })
})

describe('source code', () => {
  it.each([
    ['in the order of ranks', [whole, late]],
    ['the other way round', [late, whole]],
  ])('of which git did not say all to one rank is one entity with its commit: %s', (_order, told) => {
    const run = runOf(...told)
    expect(sources(run)).toHaveLength(1)
    const document = run.graph.document()
    expect(values(document, 'run:source', 'commit')).toEqual(['c0ffee'])
    expect(values(document, 'run:source', 'location')).toEqual(['/repo'])
    expect(values(document, 'run:source', 'problem')).toEqual([slow])
    expect(run.graph.summary()).toMatchObject({ problems: 1 })
  })

  it('of several places in one work tree is one', () => {
    const run = runOf({ ...whole, path: '/repo/a.py' }, { ...whole, path: '/repo/b.py' }, whole)
    expect(sources(run)).toHaveLength(1)
  })

  it.each([
    ['another commit', { ...whole, commit: 'decaf' }],
    ['changes', { ...whole, dirty: true, diffSha256: 'd' }],
    ['another folder', { ...late, path: '/repository' }],
    ['no commit yet', { type: 'source', path: '/repo', dirty: true, problem: 'has no commit yet' } as const],
  ])('with %s is another', (_what, other) => {
    expect(sources(runOf(whole, other))).toHaveLength(2)
  })

  it('in no repository is no problem, and says so', () => {
    const run = runOf({ type: 'source', path: '/x', problem: 'no git repository holds /x' })
    expect(run.graph.summary()).toMatchObject({ problems: 0, problemKinds: [] })
    expect(element(run.graph.document(), 'run:source')).toBeDefined()
    expect(values(run.graph.document(), 'run:source', 'problem')).toEqual(['no git repository holds /x'])
  })
})
