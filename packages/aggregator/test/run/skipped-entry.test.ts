import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createGraphBuilder } from '@provloom/graph'
import type { GraphBuilder } from '@provloom/graph'
import { SegmentLog, encodeEnvelope, encodeEvent, roomForPoints, seq, systemFiles } from '@provloom/shared'
import type { Attempt, Envelope, Rank, StreamId } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MetricStore } from '../../src/metrics/metric-store.ts'
import { createMetricStore } from '../../src/metrics/store.ts'
import { beginRun, resumeRun } from '../../src/run/open.ts'
import type { OpenRun } from '../../src/run/open-run.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'
import type { AggregatorStatus } from '../../src/status.ts'
import { readFolder } from '../metrics/rows.ts'
import { params, series } from '../support/peer.ts'
import { factsOf, nothing, runId, surroundings } from '../support/surroundings.ts'

let runDir: string

beforeEach(() => {
  runDir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-skipped-'))
})

afterEach(() => fs.rmSync(runDir, { recursive: true }))

const rank = 0 as Rank
const attempt = 0 as Attempt

/** What finds no memory for the envelope that begins with this record. */
const refusedFirst = 10
type Which = 'graph' | 'metrics'

/** A reader that finds no memory for one entry, after or before it has taken the entry in. */
function refusing<Reader extends GraphBuilder | MetricStore>(
  reader: Reader,
  when: 'before' | 'after',
): Reader {
  const take = reader.take.bind(reader)
  reader.take = (position, entry) => {
    const isRefused = entry.kind === 'records' && entry.first === refusedFirst
    if (isRefused && when === 'before') throw new RangeError('no memory')
    const taking = take(position, entry)
    if (!isRefused) return taking
    taking.undo()
    throw new RangeError('no memory')
  }
  return reader
}

function refusingAll(which: Which, when: 'before' | 'after', told: AggregatorStatus[] = []): Surroundings {
  return surroundings({
    tell: (status) => told.push(status),
    createGraphBuilder: (saved) => {
      const graph = createGraphBuilder(saved)
      return which === 'graph' ? refusing(graph, when) : graph
    },
    createMetricStore: (options) => {
      const store = createMetricStore(options)
      return which === 'metrics' ? refusing(store, when) : store
    },
  })
}

/** Ten records: a param of each number but the first, which declares the series, and three points. */
function envelope(first: number): Envelope {
  const events = [series(1, 'loss'), ...params(first, 6)]
  const points = roomForPoints(3)
  points.series.fill(1)
  points.value.fill(first)
  return {
    runId,
    rank,
    attempt,
    session: 's',
    stream: 'w' as StreamId,
    first: seq(first),
    count: 10,
    lost: 0,
    eventIndex: Uint32Array.from(events.keys()),
    events: events.map(encodeEvent),
    points,
  }
}

async function fill(run: OpenRun): Promise<void> {
  for (const first of [0, 10, 20]) {
    const one = envelope(first)
    run.submit(one, encodeEnvelope(one))
  }
  await run.settled()
}

test.each([
  ['graph', 'before'],
  ['graph', 'after'],
  ['metrics', 'before'],
  ['metrics', 'after'],
] as const)(
  'an entry that the %s cannot take (%s the others) is skipped by all, live and after a restart alike',
  async (which, when) => {
    const told: AggregatorStatus[] = []
    const around = refusingAll(which, when, told)
    const live = await beginRun(around, factsOf(runDir))
    await fill(live)
    const { summary } = live
    expect(summary).toMatchObject({
      logs: 18,
      problems: 1,
      total: { sent: 30, stored: 20, dropped: 10 },
    })
    expect(told).toContainEqual(
      expect.objectContaining({
        kind: 'problem',
        code: 'ENTRY_SKIPPED',
        message: expect.stringContaining('Entry 2 of the journal could not be taken in: no memory'),
      }),
    )

    // As after a kill: the journal is there, and what was built from it is not.
    const again = await resumeRun(around, factsOf(runDir), 'again')
    if (typeof again === 'string') throw new Error(`the run is ${again}`)
    expect(again.summary).toEqual(summary)

    await again.end('ranks-ended', nothing)
    await again.close(false, nothing)
    expect(again.files).toContain('prov.json')
    const rows = await readFolder(path.join(runDir, 'metrics'))
    expect(rows).toHaveLength(6)
    const document = fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')
    expect(document).toContain('entry 2 of the journal could not be taken in: no memory')
    expect(document).not.toContain('"p10"')
    const { ledger, problems } = JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')) as Record<
      string,
      unknown
    >
    expect({ ledger, problems }).toMatchObject({
      ledger: { total: { sent: 30, stored: 20, dropped: 10 } },
      problems: 1,
    })
  },
)

test('rows of a skipped entry do not come back when the store replays what a snapshot of the graph holds', async () => {
  const around = refusingAll('graph', 'after')
  const live = await beginRun(around, factsOf(runDir))
  await fill(live)
  const [graph, store] = [
    around.createGraphBuilder(),
    around.createMetricStore({ folder: '', curves: '', monotonicMs: () => 0 }),
  ]
  const { Readers } = await import('../../src/run/readers.ts')
  const { replay } = await import('../../src/run/replay.ts')
  const log = new SegmentLog({ files: systemFiles(), folder: path.join(runDir, 'journal') })
  await replay(new Readers(graph, store), log, 0)
  // The graph comes from its snapshot; the store has nothing in parts and reads all again, by a graph that takes all.
  const later = around.createMetricStore({ folder: '', curves: '', monotonicMs: () => 0 })
  await replay(new Readers(createGraphBuilder(graph.save()), later), log, 0)
  expect(later.pendingBytes).toBe(store.pendingBytes)
})
