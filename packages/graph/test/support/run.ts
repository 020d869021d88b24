import type { Event, Lsn, Rank, Attempt, RunId, StreamId, Points } from '@provloom/shared'
import { noPoints, roomForPoints } from '@provloom/shared'
import { createGraphBuilder } from '../../src/builder.ts'
import type { RunEntry, RunSettings } from '@provloom/rundir/entry'
import type { GraphBuilder } from '../../src/graph-builder.ts'

export const startUs = 1_767_600_000_000_000
export const runId = '0192f1c4-7a3b-7c5d-8e9f-0123456789ab' as RunId

/** An event without its time, which the script gives. */
export type Said = Event extends infer One ? (One extends Event ? Omit<One, 'time'> : never) : never

export interface Point {
  readonly series: number
  readonly step: number
  readonly value: number
}

/** Tells a graph what happens in a run, entry by entry, a second apart. */
export class RunScript {
  readonly graph: GraphBuilder
  readonly entries: RunEntry[] = []
  #seconds = 0
  #next = new Map<string, number>()

  constructor(graph: GraphBuilder = createGraphBuilder()) {
    this.graph = graph
  }

  get nowUs(): number {
    return startUs + this.#seconds * 1_000_000
  }

  tell(entry: RunEntry): this {
    give(this.graph, this.entries.length, entry)
    this.entries.push(entry)
    this.#seconds++
    return this
  }

  open(settings: Partial<RunSettings> = {}): this {
    return this.tell({
      kind: 'opened',
      time: this.nowUs,
      runId,
      number: 3,
      ordinal: 0,
      jobKey: 'slurm-42',
      settings: {
        provUserNamespace: 'www.example.org',
        experimentName: 'digits',
        collectAllProcesses: true,
        saveAfterNLogs: 100,
        ...settings,
      },
      aggregator: { version: '0.1.0', host: 'head', pid: 7 },
    })
  }

  admit(
    rank: number,
    attempt = 0,
    host = `node${Math.floor(rank / 8)}`,
    worldSize = 4,
    hostId?: string,
  ): this {
    const [r, a] = [rank as Rank, attempt as Attempt]
    return this.tell({
      kind: 'admitted',
      time: this.nowUs,
      rank: r,
      attempt: a,
      session: 's',
      worker: 'w',
      host,
      ...(hostId === undefined ? {} : { hostId }),
      worldSize,
    })
  }

  log(
    rank: number,
    events: readonly Said[],
    points: readonly Point[] = [],
    attempt = 0,
    stream = 'worker-1',
  ): this {
    const key = `${rank} ${attempt} ${stream}`
    const first = this.#next.get(key) ?? 0
    const count = events.length + points.length
    this.#next.set(key, first + count)
    return this.tell({
      kind: 'records',
      rank: rank as Rank,
      attempt: attempt as Attempt,
      stream: stream as StreamId,
      first,
      count,
      lost: 0,
      events: events.map((event, i) => ({
        number: first + i,
        event: { time: this.nowUs + i, ...event } as Event,
      })),
      bad: [],
      points: pointsOf(points, this.nowUs),
    })
  }

  end(rank: number, attempt = 0): this {
    return this.tell({
      kind: 'ended',
      time: this.nowUs,
      rank: rank as Rank,
      attempt: attempt as Attempt,
      ledger: {},
      ledgerClosed: true,
    })
  }

  close(cause: 'ranks-ended' | 'stopped' = 'ranks-ended'): this {
    return this.tell({ kind: 'closed', time: this.nowUs, cause })
  }

  text(): string {
    return textOf(this.graph)
  }
}

/** Gives an entry to a graph, which takes it in. */
export function give(graph: GraphBuilder, position: number, entry: RunEntry): void {
  graph.take(position as Lsn, entry).keep()
}

export function textOf(graph: GraphBuilder): string {
  return Buffer.concat(graph.render()).toString('utf8')
}

export function pointsOf(points: readonly Point[], timeUs: number): Points {
  if (points.length === 0) return noPoints
  const made = roomForPoints(points.length)
  for (const [row, point] of points.entries()) {
    made.series[row] = point.series
    made.step[row] = BigInt(point.step)
    made.time[row] = BigInt(timeUs + row * 10)
    made.value[row] = point.value
  }
  return made
}

const metrics = [
  'loss',
  'accuracy',
  'lr',
  'grad_norm',
  'throughput',
  'f1',
  'recall',
  'precision',
  'auc',
  'mse',
]

/** A run as they are: `ranks` ranks, eight a host, with ten series each, five parameters and two checkpoints. */
export function typicalRun(ranks: number, graph?: GraphBuilder): RunScript {
  const run = new RunScript(graph).open()
  for (let rank = 0; rank < ranks; rank++) {
    run.admit(rank, 0, `node${Math.floor(rank / 8)}`, ranks)
    beginRank(run, rank)
  }
  for (let rank = 0; rank < ranks; rank++) train(run, rank)
  run.tell({
    kind: 'parts',
    parts: [
      { file: 'metrics/part-000000000004.parquet', rows: ranks * 40, bytes: 12_345, sha256: 'a'.repeat(64) },
    ],
    through: run.entries.length as Lsn,
  })
  for (let rank = 0; rank < ranks; rank++) {
    run.log(rank, [{ type: 'rank.end', status: 'completed', exitCode: 0 }], [], 0, 'agent-1').end(rank)
  }
  return run.close()
}

function beginRank(run: RunScript, rank: number): void {
  run.log(
    rank,
    [
      {
        type: 'rank.start',
        pid: 1000 + rank,
        host: `node${Math.floor(rank / 8)}`,
        argv: ['python', 'train.py', '--epochs', '10'],
        directory: '/home/a/work',
        launcher: 'torchrun',
        localRank: rank % 8,
        nodeRank: Math.floor(rank / 8),
        agentVersion: '0.1.0',
      },
      { type: 'host', host: `node${Math.floor(rank / 8)}`, cpu: 'Some CPU', cores: 64, memoryBytes: 2 ** 38 },
      { type: 'user', login: 'alice' },
      { type: 'clock', host: `node${Math.floor(rank / 8)}`, offsetUs: 12, uncertaintyUs: 40 },
      { type: 'source', remote: 'https://example.org/vision.git', commit: '3f9c2ab1', dirty: false },
      {
        type: 'environment',
        interpreter: 'CPython',
        version: '3.12.1',
        packages: { numpy: '2.0.0' },
        variables: { RANK: String(rank), LANG: 'C' },
      },
    ],
    [],
    0,
    'agent-1',
  )
}

function train(run: RunScript, rank: number): void {
  run.log(
    rank,
    [
      {
        type: 'session.start',
        session: '0123456789abcdef',
        pid: 1000 + rank,
        library: 'provloom',
        libraryVersion: '0.1.0',
        language: 'python',
      },
      { type: 'param', key: 'lr', valueType: 'float', value: '0.001' },
      { type: 'param', key: 'epochs', valueType: 'int', value: '10' },
      { type: 'param', key: 'optimizer', valueType: 'str', value: 'AdamW' },
      { type: 'param', key: 'amp', valueType: 'bool', value: 'True' },
      { type: 'param', key: 'seed', valueType: 'int', value: String(40 + rank) },
      {
        type: 'dataset',
        label: 'imagenet/train',
        path: '/data/imagenet',
        samples: 1_281_167,
        split: 'train',
      },
      { type: 'context', name: 'TRAINING', edge: 'start' },
      ...metrics.map((key, id) => ({ type: 'series', id, key, context: 'TRAINING' }) as const),
    ],
    metrics.flatMap((_, series) =>
      [0, 1, 2, 3].map((step) => ({
        series,
        step: step * 100_000,
        value: Math.sin(rank * 100 + series * 10 + step),
      })),
    ),
  )
  if (rank === 0) {
    run.log(rank, [
      {
        type: 'artifact',
        name: 'vit_0.pt',
        kind: 'checkpoint',
        role: 'output',
        path: '/w/vit_0.pt',
        context: 'TRAINING',
        version: 0,
        model: 'vit',
      },
      {
        type: 'artifact',
        name: 'vit_1.pt',
        kind: 'checkpoint',
        role: 'output',
        path: '/w/vit_1.pt',
        context: 'TRAINING',
        version: 1,
        model: 'vit',
      },
      { type: 'artifact', name: 'vit.pt', kind: 'model', role: 'output', path: '/w/vit.pt', copy: true },
    ])
    run.log(
      rank,
      [
        {
          type: 'artifact.stored',
          stream: 'worker-1',
          number: 60,
          size: 10,
          sha256: 'b'.repeat(64),
          stored: 'artifacts/rank0/vit.pt',
        },
      ],
      [],
      0,
      'agent-1',
    )
  }
  run.log(rank, [
    { type: 'context', name: 'TRAINING', edge: 'end' },
    { type: 'session.end', status: 'completed', by: 'call' },
  ])
}
