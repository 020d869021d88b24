import { describe, expect, it } from 'vitest'
import { validate } from '@provloom/prov'
import { attemptOf, rankOf } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { relations, element, values } from './support/look.ts'
import { RunScript, startUs } from './support/run.ts'

describe('a rank in the graph', () => {
  it('adds up to more than 2^53 exactly, of its reasons and of all ranks, in graph and summary', () => {
    const most = Number.MAX_SAFE_INTEGER
    const run = new RunScript().open()
    for (const rank of [0, 1]) {
      run.admit(rank).log(rank, [
        { type: 'drops', reason: 'disk full', count: most },
        { type: 'drops', reason: 'refused', count: most },
      ])
    }
    const dropped = 2n * BigInt(most)
    const { ranks, total } = run.graph.summary()
    expect(ranks[1]).toMatchObject({ sent: dropped + 2n, stored: 2, dropped })
    expect(total).toEqual({ sent: 2n * dropped + 4n, stored: 4, dropped: 2n * dropped })
    expect(values(run.graph.document(), 'run:run', 'eventsSent')).toEqual([String(2n * dropped + 4n)])
    expect(values(run.graph.document(), 'run:rank-1', 'eventsDropped')).toEqual([String(dropped)])
  })

  it('tells its problems, and the run how many there are in all', () => {
    const run = new RunScript().open()
    const problem = { type: 'problem', code: 'NOT_ENDED', message: 'no end' } as const
    for (const rank of [0, 1]) run.admit(rank).log(rank, [problem, problem])
    expect(values(run.graph.document(), 'run:rank-1', 'problems')).toEqual(['2'])
    expect(values(run.graph.document(), 'run:run', 'problems')).toEqual(['4'])
    expect(run.graph.summary()).toMatchObject({ problems: 4, ranks: [{ problems: 2 }, { problems: 2 }] })
  })

  it('is not complete while records of it are kept elsewhere, and is when they are handed in', () => {
    const run = new RunScript().open().admit(0, 0, 'node0', 1)
    run.log(0, [{ type: 'rank.end', status: 'completed' }])
    const [rank, attempt] = [rankOf(0), attemptOf(0)]
    run.tell({
      kind: 'kept',
      time: startUs,
      rank,
      attempt,
      records: 7,
      folder: '/spools/a',
      reason: 'ENOSPC',
    })
    run.close()
    const kept = { records: 7, folder: '/spools/a', reason: 'ENOSPC' }
    expect(run.graph.summary()).toMatchObject({
      status: 'incomplete',
      problems: 1,
      ranks: [{ status: 'incomplete', problems: 1, kept, dropped: 0 }],
    })
    expect(values(run.graph.document(), 'run:rank-0', 'eventsKept')).toEqual(['7'])
    expect(values(run.graph.document(), 'run:rank-0', 'problem')).toEqual([
      'KEPT: 7 records are not in this graph: ENOSPC. They are kept in /spools/a; hand in: provloom import /spools/a',
    ])
    run.tell({ kind: 'reopened', time: startUs }).admit(0, 0, 'node0', 1).end(0).close()
    expect(run.graph.summary()).toMatchObject({ status: 'completed', problems: 0 })
    expect(values(run.graph.document(), 'run:rank-0', 'problem')).toEqual([])
  })

  it('tells its numbers, its host, how it ended, and its ledger', () => {
    const run = new RunScript().open().admit(2, 0, 'node7')
    run.log(2, [
      { type: 'rank.start', pid: 9, host: 'node7', argv: ['python', 'x.py'], localRank: 2, nodeRank: 0 },
      { type: 'drops', reason: 'disk full', count: 5 },
      { type: 'drops', reason: 'disk full', count: 7 },
      { type: 'rank.end', status: 'failed', exitCode: 3, error: 'Traceback' },
    ])
    const { graph } = run.end(2).close()
    const told = Object.fromEntries(
      [
        'globalRank',
        'localRank',
        'nodeRank',
        'status',
        'exitCode',
        'error',
        'eventsSent',
        'eventsStored',
        'eventsDropped',
        'droppedBy',
      ].map((name) => [name, values(graph.document(), 'run:rank-2', name).join()]),
    )
    expect(told).toEqual({
      globalRank: '2',
      localRank: '2',
      nodeRank: '0',
      status: 'failed',
      exitCode: '3',
      error: 'Traceback',
      eventsSent: '11',
      eventsStored: '4',
      eventsDropped: '7',
      droppedBy: 'disk full 7',
    })
    expect(relations(graph.document(), 'wasAssociatedWith')).toContainEqual([
      'rank-2',
      'host-node7',
      'command',
    ])
    expect(values(graph.document(), 'run:run', 'status')).toEqual(['failed'])
  })

  it('is a part of its attempt, which is informed by the one before, whichever comes first', () => {
    const { graph } = new RunScript().open().admit(0, 1).admit(0, 0).admit(0, 3)
    expect(relations(graph.document(), 'wasInformedBy')).toEqual([
      ['recording', 'run'],
      ['attempt-0', 'run'],
      ['attempt-1', 'run'],
      ['attempt-1', 'attempt-0'],
      ['attempt-3', 'run'],
      ['attempt-3', 'attempt-1'],
      ['rank-0', 'attempt-0'],
      ['rank-0.attempt-1', 'attempt-1'],
      ['rank-0.attempt-3', 'attempt-3'],
    ])
    expect(values(graph.document(), 'run:rank-0.attempt-3', 'isPartOf')).toEqual(['run:attempt-3'])
  })

  it.each([
    [
      'lost, when its heartbeats stopped',
      'lost',
      (run: RunScript) =>
        run.tell({ kind: 'lost', time: startUs, rank: 0 as never, attempt: 0 as never }).close(),
    ],
    [
      'running again, when it is heard after that',
      'running',
      (run: RunScript) =>
        run.tell({ kind: 'lost', time: startUs, rank: 0 as never, attempt: 0 as never }).admit(0),
    ],
    ['incomplete, when the aggregator stopped first', 'incomplete', (run: RunScript) => run.close('stopped')],
    [
      'completed, when its session said so and its agent is done',
      'completed',
      (run: RunScript) =>
        run
          .log(0, [{ type: 'session.end', status: 'completed', by: 'call' }])
          .end(0)
          .close(),
    ],
    [
      'killed, when a signal ended it',
      'killed',
      (run: RunScript) => run.log(0, [{ type: 'rank.end', status: 'killed', signal: 'SIGKILL' }]).close(),
    ],
  ])('is %s', (_, status, happen) => {
    const run = new RunScript().open({ collectAllProcesses: false }).admit(0)
    happen(run)
    expect(values(run.graph.document(), 'run:rank-0', 'status')).toEqual([status])
    expect(run.graph.summary().ranks[0]?.status).toBe(status)
  })

  it('has completed when end_run says so, whatever its process does later, which is told as a problem', () => {
    const run = new RunScript().open({ collectAllProcesses: false }).admit(0)
    run.log(0, [{ type: 'rank.end', status: 'killed', signal: 'SIGKILL' }], [], 0, 'agent-1')
    run
      .log(0, [{ type: 'session.end', status: 'completed', by: 'call' }])
      .end(0)
      .close()
    expect(run.graph.summary()).toMatchObject({
      status: 'completed',
      problemKinds: [{ code: 'EXIT', count: 1 }],
    })
    expect(values(run.graph.document(), 'run:rank-0', 'problem')).toEqual([
      'EXIT: the run had ended well, and its process then was killed by SIGKILL',
    ])
  })

  it('is incomplete when the next start_run overtook it', () => {
    const run = new RunScript().open({ collectAllProcesses: false }).admit(0)
    run
      .log(0, [{ type: 'session.end', status: 'completed', by: 'next' }])
      .end(0)
      .close()
    expect(run.graph.summary().status).toBe('incomplete')
  })

  it('that is not collected and did not end well is there, ends no run and changes no status', () => {
    const run = new RunScript().open({ collectAllProcesses: false }).admit(0)
    run
      .log(0, [{ type: 'session.end', status: 'completed', by: 'call' }])
      .end(0)
      .close()
    run.tell({
      kind: 'uncollected',
      time: run.nowUs,
      rank: rankOf(3),
      attempt: attemptOf(0),
      status: 'killed',
      signal: 'SIGKILL',
    })
    const document = run.graph.document()
    expect(values(document, 'run:rank-3', 'status')).toEqual(['killed'])
    expect(values(document, 'run:rank-3', 'collected')).toEqual(['false'])
    expect(values(document, 'run:run', 'problem')).toEqual([
      'NOT_COLLECTED: rank 3, which is not collected: killed, SIGKILL',
    ])
    expect(run.graph.summary().status).toBe('completed')
  })

  it('tells of its host the surest offset that agrees, and the range once a clock was set', () => {
    const run = new RunScript().open().admit(0)
    const clock = (offsetUs: number, uncertaintyUs: number): void => {
      run.log(0, [{ type: 'clock', host: 'node0', offsetUs, uncertaintyUs }])
    }
    const told = (name: string): string => values(run.graph.document(), 'run:host-node0', name).join()
    clock(120, 90)
    clock(60, 40)
    clock(200, 300)
    expect([told('clockOffsetUs'), told('clockUncertaintyUs')]).toEqual(['60', '40'])
    expect(told('clockOffsetMostUs')).toBe('')
    clock(86_400_000_000, 500)
    clock(86_400_000_100, 400)
    expect([told('clockOffsetUs'), told('clockUncertaintyUs')]).toEqual(['86400000100', '400'])
    clock(-5_000_000, 700)
    expect(told('clockOffsetUs')).toBe('-5000000')
    expect([told('clockOffsetLeastUs'), told('clockOffsetMostUs')]).toEqual(['-5000000', '86400000100'])
  })

  it('tells of its host what any of its ranks knows, whichever comes first', () => {
    const brief = { type: 'host', host: 'node0', cores: 64, kernel: 'Linux 6.1' } as const
    const gpu = { name: 'NVIDIA H200', memoryBytes: 2 ** 37, driver: '570.86' }
    const full = {
      ...brief,
      distribution: 'Debian GNU/Linux',
      release: '12',
      cpuGHz: 2.4,
      virtualMachine: 'KVM',
      gpus: [
        { ...gpu, uuid: 'GPU-aa' },
        { ...gpu, uuid: 'GPU-bb' },
      ],
      saveFileSystem: 'lustre',
      // Some are beyond what a double counts.
      saveFileSystemBytes: 2 ** 60,
    } as const
    const told = [
      [brief, full],
      [full, brief],
    ].map((events) => {
      const run = new RunScript().open().admit(0).admit(1)
      events.forEach((event, rank) => run.log(rank, [event]))
      const document = run.graph.document()
      const names = ['cores', 'kernel', 'distribution', 'release', 'cpuGHz', 'virtualMachine', 'gpus']
      const others = ['gpu', 'gpuMemoryBytes', 'gpuDriver', 'saveFileSystem', 'saveFileSystemBytes']
      return [...names, ...others].map((name) => values(document, 'run:host-node0', name))
    })
    expect(told[0]).toEqual([
      ['64'],
      ['Linux 6.1'],
      ['Debian GNU/Linux'],
      ['12'],
      ['2.4'],
      ['KVM'],
      ['2'],
      ['NVIDIA H200 GPU-aa', 'NVIDIA H200 GPU-bb'],
      [String(2 ** 37)],
      ['570.86'],
      ['lustre'],
      ['1152921504606846976'],
    ])
    expect(told[1]).toEqual(told[0])
  })

  it('tells of its host what is not measured there, and that is no problem of the run', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [{ type: 'host', host: 'node0', notMeasured: 'energy: no counters' }])
    expect(values(run.graph.document(), 'run:host-node0', 'notMeasured')).toEqual(['energy: no counters'])
    expect(run.graph.summary()).toMatchObject({ problems: 0 })
  })

  it('does not end before it started when its clock was set back', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [{ type: 'rank.start', pid: 1, host: 'n', argv: [] }])
    run.log(0, [{ type: 'rank.end', status: 'completed', time: startUs - 60_000_000 } as never])
    const rank = element(run.graph.document(), 'run:rank-0')
    expect(rank?.times['endTime']).toBe(rank?.times['startTime'])
    expect(values(run.graph.document(), 'run:rank-0', 'clockStepped')).toEqual(['true'])
    expect(values(run.graph.document(), 'run:rank-0', 'problem')).toEqual([
      'CLOCK_STEPPED: its end was told 62.000 s before its begin',
    ])
    expect(run.graph.summary().problems).toBe(1)
  })

  it('is complete as a run when its last attempt is', () => {
    const run = new RunScript().open().admit(0, 0).admit(0, 1)
    run.log(0, [{ type: 'rank.end', status: 'failed', exitCode: 1 }], [], 0)
    run.log(0, [{ type: 'rank.end', status: 'completed', exitCode: 0 }], [], 1)
    expect(run.end(0, 1).close().graph.summary().status).toBe('completed')
  })

  it('counts unreadable and lost records and points of unknown series as dropped', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [], [{ series: 9, step: 0, value: 1 }])
    run.tell({
      ...run.entries.at(-1)!,
      kind: 'records',
      count: 3,
      lost: 4,
      bad: [
        { number: 1, reason: 'no JSON' },
        { number: 2, reason: 'no JSON' },
      ],
    } as never)
    const { total } = run.graph.summary()
    expect(total).toEqual({ sent: 8, stored: 0, dropped: 8 })
    expect(values(run.graph.document(), 'run:rank-0', 'droppedBy')).toEqual([
      'damaged 4',
      'undeclared series 2',
      'unreadable 2',
    ])
  })
})

describe('a run in the graph', () => {
  it('that could not go on where another ended is informed by that, which is declared', () => {
    const run = new RunScript()
    const [opened] = new RunScript().open().entries
    if (opened?.kind !== 'opened') throw new Error('the first entry opens')
    run.tell({ ...opened, informedBy: '0192f1c4-7a3b-7c5d-8e9f-00000000000f' as RunId })
    const document = run.graph.document()
    expect(document.namespaces.prefixes.get('former')).toBe(
      'http://www.example.org/runs/0192f1c4-7a3b-7c5d-8e9f-00000000000f/',
    )
    expect(relations(document, 'wasInformedBy')).toContainEqual(['run', 'run'])
    expect(values(document, 'former:run', 'runId')).toEqual(['0192f1c4-7a3b-7c5d-8e9f-00000000000f'])
    expect(validate(document)).toEqual([])
  })

  it('is from the least to the most of its ranks, whenever it was recorded', () => {
    const run = new RunScript().open().admit(0).admit(1)
    const at = (seconds: number): { time: number } => ({
      time: startUs - 86_400_000_000 + seconds * 1_000_000,
    })
    for (const rank of [0, 1])
      run.log(rank, [
        { type: 'rank.start', pid: 1, host: 'n', argv: [], ...at(rank) } as never,
        { type: 'rank.end', status: 'completed', ...at(10 + rank) } as never,
      ])
    for (const rank of [0, 1]) run.end(rank)
    run.close()
    expect(element(run.graph.document(), 'run:run')?.times).toEqual({
      startTime: '2026-01-04T08:00:00.000000Z',
      endTime: '2026-01-04T08:00:11.000000Z',
    })
    expect(element(run.graph.document(), 'run:recording')?.times['startTime']).toBe(
      '2026-01-05T08:00:00.000000Z',
    )
  })
})

describe('a context in the graph', () => {
  it('is informed by the context around it, begins with its first log and ends with its last', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [{ type: 'context', name: 'epoch_1', parent: 'TRAINING' }])
    run.log(
      0,
      [{ type: 'series', id: 0, key: 'loss', context: 'epoch_1' }],
      [{ series: 0, step: 5, value: 1 }],
    )
    run.log(0, [], [{ series: 0, step: 9, value: 1 }])
    run.log(0, [{ type: 'rank.end', status: 'completed' }])
    const document = run.graph.document()
    expect(relations(document, 'wasInformedBy')).toContainEqual(['rank-0.epoch_1', 'rank-0.TRAINING'])
    expect(element(document, 'run:rank-0.epoch_1')?.times).toEqual({
      startTime: '2026-01-05T08:00:03.000000Z',
      endTime: '2026-01-05T08:00:04.000000Z',
    })
    expect(values(document, 'run:rank-0.epoch_1', 'lastStep')).toEqual(['9'])
  })

  it('is not put inside itself', () => {
    const run = new RunScript().open().admit(0)
    run.log(0, [
      { type: 'context', name: 'a', parent: 'b' },
      { type: 'context', name: 'b', parent: 'a' },
    ])
    expect(relations(run.graph.document(), 'wasInformedBy').slice(3)).toEqual([
      ['rank-0.a', 'rank-0.b'],
      ['rank-0.b', 'rank-0'],
    ])
    expect(values(run.graph.document(), 'run:rank-0', 'problems')).toEqual(['1'])
  })
})
