import { createGraphBuilder } from '@provloom/graph'
import { readJson } from '@provloom/prov'
import type { PointsOfSeries } from '@provloom/rundir'
import type { RunEntry, RunHead } from '@provloom/rundir/entry'
import { attemptOf, noPoints, rankOf, roomForPoints, runIdFrom } from '@provloom/shared'
import type { Event, Lsn, Points, StreamId } from '@provloom/shared'
import { RunDocument } from '../../../src/document/document.ts'
import type { WhySources } from '../../../src/why/load/facts.ts'
import { beginUs, hostOf } from './training.ts'
import type { Column, Plan, RankPoints } from './training.ts'

/** How a rank came to its end; times by its host's clock. */
export interface RankEnding {
  readonly status: 'completed' | 'failed' | 'killed' | 'lost'
  readonly exitCode?: number
  readonly signal?: string
  readonly error?: string
  readonly endUs: number
  readonly droppedByDisk?: number
}

/** A run as its aggregator hears of it. */
export interface Told {
  readonly plan: Plan
  readonly points: readonly RankPoints[]
  readonly endings: readonly RankEnding[]
  readonly absent: readonly number[]
  /** Further facts of a rank. */
  readonly facts: (rank: number) => readonly Said[]
  /** Of hosts: the most memory that was seen used, 0 to 1. */
  readonly memoryShare: (host: number) => number | undefined
}

type Said = Event extends infer One ? (One extends Event ? Omit<One, 'time'> : never) : never

const memoryBytes = 2 ** 38

/** Tells it to a graph entry by entry, and gives what a reader finds of it. */
export function sourcesOf(told: Told): WhySources {
  const graph = createGraphBuilder()
  let position = 0
  const tell = (entry: RunEntry): void => graph.take(position++ as Lsn, entry).keep()
  for (const entry of entriesOf(told)) tell(entry)
  const document = new RunDocument(readJson(Buffer.concat(graph.render())), 0)
  const summary = graph.summary()
  return {
    name: 'run_0',
    file: {
      status: summary.status,
      worldSize: summary.worldSize ?? null,
      ledger: {
        total: summary.total,
        ranksRefused: 0,
        conflicts: 0,
        absent: summary.absent,
        ranks: summary.ranks,
      },
      head: headOf(graph),
    },
    document,
    metrics: metricsOf(told.plan),
    points: (which) => pointsOf(told, which),
  }
}

function headOf(graph: ReturnType<typeof createGraphBuilder>): RunHead {
  const slices = graph.headSlices()
  for (;;) {
    const step = slices.next()
    if (step.done === true) return step.value
  }
}

function metricsOf({ logs }: Plan): WhySources['metrics'] {
  const loss = { key: 'loss', context: 'training' }
  if (logs === 'timer')
    return [
      loss,
      { key: 'compute_time', context: 'training', source: 'step' },
      { key: 'wait_time', context: 'training', source: 'data' },
    ]
  return logs === 'named' ? [loss, { key: 'forward_time', context: 'training' }] : [loss]
}

// oxlint-disable-next-line typescript/require-await -- points come one after the other, as from files
async function* pointsOf(
  { points }: Told,
  which: { readonly key: string; readonly source?: string | null },
): AsyncGenerator<PointsOfSeries> {
  for (const [rank, of] of points.entries()) {
    const column = which.key === 'loss' ? of.loss : which.key === 'wait_time' ? of.wait : of.own
    if (column.step.length === 0) continue
    yield {
      rank: rankOf(rank),
      attempt: attemptOf(0),
      context: 'training',
      source: which.source ?? null,
      key: which.key,
      count: column.step.length,
      step: Float64Array.from(column.step),
      time: Float64Array.from(column.timeUs),
      value: Float64Array.from(column.value),
    }
  }
}

function* entriesOf(told: Told): Generator<RunEntry> {
  const { plan, points, endings, absent } = told
  const settings = {
    provUserNamespace: 'www.example.org',
    experimentName: 'digits',
    collectAllProcesses: true,
    saveAfterNLogs: 100,
  }
  const runId = runIdFrom('0192f1c4-7a3b-7c5d-8e9f-0123456789ab')!
  const aggregator = { version: '0.1.0', host: 'head', pid: 7 }
  yield { kind: 'opened', time: beginUs, runId, number: 0, ordinal: 0, jobKey: 'j', settings, aggregator }
  const there = endings.map((_, rank) => rank).filter((rank) => !absent.includes(rank))
  for (const rank of there) {
    const host = `n${hostOf(plan, rank)}`
    const place = { rank: rankOf(rank), attempt: attemptOf(0) }
    const worldSize = plan.ranks
    yield {
      kind: 'admitted',
      time: beginUs,
      ...place,
      session: `s${rank}`,
      worker: 'w',
      host,
      hostId: host,
      worldSize,
    }
    yield* recordsOf(told, rank, points[rank]!)
  }
  for (const rank of there) yield* endingOf(rank, endings[rank]!)
  const lastUs = Math.max(...endings.map(({ endUs }) => endUs)) + 60e6
  if (absent.length > 0) yield { kind: 'absent', time: lastUs, ranks: absent, elsewhere: [] }
  yield { kind: 'closed', time: lastUs, cause: 'ranks-ended' }
}

function* recordsOf(told: Told, rank: number, { loss, own, wait }: RankPoints): Generator<RunEntry> {
  const { plan } = told
  const place = { rank: rankOf(rank), attempt: attemptOf(0) }
  const agent = [...agentFacts(told, rank), ...told.facts(rank)]
  yield records(place, 'agent-1', agent, memoryPoint(told, rank))
  const named = plan.logs === 'named' ? { key: 'forward_time' } : { key: 'compute_time', source: 'step' }
  const declared: Said[] = [
    {
      type: 'session.start',
      session: `s${rank}`,
      pid: 9,
      library: 'l',
      libraryVersion: '1',
      language: 'python',
    },
    { type: 'series', id: 0, key: 'loss', context: 'training' },
    { type: 'series', id: 1, ...named, context: 'training' },
    { type: 'series', id: 2, key: 'wait_time', source: 'data', context: 'training' },
  ]
  yield records(place, 'worker-1', declared, columns([loss, own, wait]))
}

function agentFacts({ plan, memoryShare }: Told, rank: number): Said[] {
  const number = hostOf(plan, rank)
  const host = `n${number}`
  const local = rank % plan.perHost
  const devices = `GPU-${number}-${Math.floor(local / plan.perDevice)}`
  const facts: Said[] = [
    {
      type: 'rank.start',
      pid: 9,
      host,
      hostId: host,
      argv: ['python', 'train.py'],
      localRank: local,
      devices,
    },
  ]
  if (local !== 0) return facts
  facts.push(
    { type: 'host', host, hostId: host, cores: 64, memoryBytes },
    {
      type: 'clock',
      host,
      hostId: host,
      offsetUs: plan.offsetsUs[number] ?? 0,
      uncertaintyUs: plan.uncertaintyUs,
    },
  )
  if (memoryShare(number) !== undefined)
    facts.push({
      type: 'series',
      id: 9,
      key: 'memory_bytes',
      source: `host-${host}`,
      unit: 'B',
      measures: 'host',
    })
  return facts
}

function memoryPoint({ plan, memoryShare }: Told, rank: number): Points {
  const share = memoryShare(hostOf(plan, rank))
  if (rank % plan.perHost !== 0 || share === undefined) return noPoints
  return rows([{ series: 9, column: { step: [0], timeUs: [beginUs], value: [share * memoryBytes] } }])
}

function columns(all: readonly Column[]): Points {
  return rows(all.map((column, series) => ({ series, column })))
}

function rows(all: readonly { readonly series: number; readonly column: Column }[]): Points {
  const points = roomForPoints(all.reduce((sum, { column }) => sum + column.step.length, 0))
  let row = 0
  for (const { series, column } of all) {
    for (const [i, step] of column.step.entries()) {
      points.series[row] = series
      points.step[row] = BigInt(step)
      points.time[row] = BigInt(column.timeUs[i]!)
      points.value[row] = column.value[i]!
      row++
    }
  }
  return points
}

type Place = Pick<Extract<RunEntry, { kind: 'records' }>, 'rank' | 'attempt'>

function records(place: Place, stream: string, events: readonly Said[], points: Points, first = 0): RunEntry {
  return {
    kind: 'records',
    ...place,
    stream: stream as StreamId,
    first,
    count: events.length + points.count,
    lost: 0,
    events: events.map((event, i) => ({
      number: first + i,
      event: { time: beginUs + i, ...event } as Event,
    })),
    bad: [],
    points,
  }
}

function* endingOf(rank: number, ending: RankEnding): Generator<RunEntry> {
  const place = { rank: rankOf(rank), attempt: attemptOf(0) }
  const { status, endUs, exitCode, signal, error, droppedByDisk = 0 } = ending
  if (status === 'lost') {
    yield { kind: 'lost', time: endUs + 15e6, ...place }
    return
  }
  const events: Said[] = [
    ...(droppedByDisk > 0 ? [{ type: 'drops', reason: 'disk-full', count: droppedByDisk } as const] : []),
    {
      type: 'rank.end',
      status,
      time: endUs,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(signal === undefined ? {} : { signal }),
      ...(error === undefined ? {} : { error }),
    } as Said,
  ]
  yield records(place, 'agent-2', events, noPoints)
  yield { kind: 'ended', time: endUs, ...place, ledger: {}, ledgerClosed: true }
}
