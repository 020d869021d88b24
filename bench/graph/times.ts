import { gzipSync } from 'node:zlib'
import { readJson, validate } from '@provloom/prov'
import { createGraphBuilder } from '@provloom/graph'
import type { GraphBuilder } from '@provloom/graph'
import type { RunEntry } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import { exampleEntries } from '../../test/graph/support/example.ts'
import { exampleOf, startsOf } from '../../test/graph/support/plan.ts'
import { placeOf, Telling } from '../../test/graph/support/telling.ts'

export interface GraphTimes {
  readonly text: string
  /** The whole document, of a graph that was never rendered. */
  readonly renderMs: readonly number[]
  /** After one more point of each series of one rank. */
  readonly flushMs: readonly number[]
  /** Longest stretch of the event loop of each of these. */
  readonly flushStretchMs: readonly number[]
}

const flushes = 15
const series = 10

/** A run as they are: ten series a rank, ten devices a host, so that it can be held against the size law. */
export function graphTimes(ranks: number, rounds: number): GraphTimes {
  const entries = exampleEntries({ ranks, series, rows: 4, devices: 'many' })
  // Of a run that goes on: nothing is closed, and no rank has ended.
  const going = entries.filter(({ kind }) => kind !== 'closed' && kind !== 'ended')
  const renderMs: number[] = []
  let text = ''
  for (let round = 0; round < rounds; round++) {
    const graph = grownBy(createGraphBuilder(), entries, 0)
    const { ms, chunks } = rendered(graph)
    renderMs.push(ms)
    text = Buffer.concat(chunks).toString('utf8')
  }
  const graph = grownBy(createGraphBuilder(), going, 0)
  rendered(graph)
  const flushed = Array.from({ length: flushes }, (_, i) => {
    grownBy(graph, more(ranks, i), going.length + i)
    return rendered(graph)
  })
  return {
    text,
    renderMs,
    flushMs: flushed.map(({ ms }) => ms),
    flushStretchMs: flushed.map(({ stretchMs }) => stretchMs),
  }
}

export interface DocumentTimes {
  readonly records: number
  readonly bytes: number
  readonly gzipBytes: number
  readonly readMs: readonly number[]
  readonly validateMs: readonly number[]
}

export function documentTimes(text: string, rounds: number): DocumentTimes {
  const bytes = Buffer.from(text)
  const times = Array.from({ length: rounds }, () => {
    const [readMs, document] = timed(() => readJson(bytes))
    const [validateMs, violations] = timed(() => validate(document))
    if (violations.length > 0) throw new Error(`it is not valid: ${violations[0]!.why}`)
    return { readMs, validateMs, records: document.records.length }
  })
  return {
    records: times[0]!.records,
    bytes: bytes.length,
    gzipBytes: gzipSync(bytes).length,
    readMs: times.map(({ readMs }) => readMs),
    validateMs: times.map(({ validateMs }) => validateMs),
  }
}

function grownBy(graph: GraphBuilder, entries: readonly RunEntry[], position: number): GraphBuilder {
  for (const [i, entry] of entries.entries()) graph.take((position + i) as Lsn, entry).keep()
  return graph
}

/** One more point of each series of a rank, another rank each time. */
function more(ranks: number, turn: number): readonly RunEntry[] {
  const rank = (turn * 67) % ranks
  const [start] = startsOf(exampleOf({ ranks, series, rows: 4 }))
  const telling = new Telling()
  const courses = Array.from({ length: series }, (_, id) => ({
    series: id,
    firstStep: 100 + turn,
    rows: 1,
    value: () => turn,
    timeUs: (step: number) => start!.beginsUs + step * 1_000_000,
  }))
  telling.log(placeOf(rank), 'worker-1', start!.beginsUs, [], courses)
  return telling.entries
}

function rendered(graph: GraphBuilder): {
  readonly ms: number
  readonly stretchMs: number
  readonly chunks: Uint8Array[]
} {
  let [ms, stretchMs] = [0, 0]
  const slices = graph.renderSlices()
  for (;;) {
    const [one, step] = timed(() => slices.next())
    ms += one
    stretchMs = Math.max(stretchMs, one)
    if (step.done === true) return { ms, stretchMs, chunks: step.value }
  }
}

/** Processor time, which other work on the machine hardly moves. */
function timed<T>(work: () => T): readonly [ms: number, result: T] {
  const begun = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(begun)
  return [(user + system) / 1000, result]
}
