import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRun } from '@provloom/rundir'
import { figureOf } from '../figure.ts'
import type { Figure, Pair } from '../figure.ts'
import { flood } from '../ingest/flood.ts'
import { seriesPerRank } from '../ingest/shape.ts'
import { AggregatorUnderTest, benchJobKey } from '../load/aggregator.ts'
import type { Plan } from '../load/plan.ts'
import { runForJson } from '../machine/child.ts'
import { ownProgram, pythonProgram } from '../machine/paths.ts'
import type { Bench, Suite } from '../suite.ts'

const pointsInAll = 5_000_000
const ranks = 64
const rank = 37
const metric = { context: 'TRAINING', source: null, key: 'metric_3' }
const foldMs = 60_000

/** What is on disk of a run, and how little of it is read for one curve. */
export const partsSuite: Suite = {
  name: 'parts',
  title: 'Parts and curves of a run of 64 ranks',
  async *measure(bench) {
    if (!bench.wants('parts')) return
    const folder = bench.folder('parts')
    try {
      const { figures, runDir, plainDir } = await ingested(bench, folder)
      yield* figures
      yield* sizes(runDir)
      yield* await byOthers(bench, runDir, plainDir)
      yield* await byUs(bench, runDir)
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  },
}

interface Written {
  readonly runDir: string
  readonly perSecond: number
  readonly cpuPerEvent: number
}

/** The same load into parts with bounds and curves, and into such without, in pairs, in an order that changes. */
async function ingested(
  bench: Bench,
  folder: string,
): Promise<{ readonly figures: readonly Figure[]; readonly runDir: string; readonly plainDir: string }> {
  const pairs: { readonly whole: Written; readonly plain: Written }[] = []
  for (let i = 0; i < bench.options.repetitions; i++) {
    const write = (plain: boolean): Promise<Written> =>
      written(bench, path.join(folder, `${i}-${plain ? 'plain' : 'whole'}`), plain)
    const first = await write(i % 2 === 1)
    const second = await write(i % 2 === 0)
    const [whole, plain] = i % 2 === 1 ? [second, first] : [first, second]
    pairs.push({ whole, plain })
  }
  const limitIs = 'the same without bounds and curves'
  const { whole, plain } = pairs.at(-1)!
  return {
    figures: [
      figureOf(
        { name: 'parts.ingest', unit: 'events/s', better: 'higher', limitIs },
        pairs.map((one) => ({ value: one.whole.perSecond, limit: one.plain.perSecond })),
      ),
      figureOf(
        { name: 'parts.ingest.cpu', unit: 'us/event', better: 'lower', limitIs },
        pairs.map((one) => ({ value: one.whole.cpuPerEvent, limit: one.plain.cpuPerEvent })),
      ),
    ],
    runDir: whole.runDir,
    plainDir: plain.runDir,
  }
}

/** A run that has ended and, unless it is a plain one, whose curves are folded. */
async function written({ options }: Bench, folder: string, plain: boolean): Promise<Written> {
  fs.mkdirSync(folder, { recursive: true })
  const aggregator = new AggregatorUnderTest(
    { saveDir: path.join(folder, 'prov'), insecure: options.insecure },
    plain ? ['--import', pathToFileURL(ownProgram('parts/plain.js')).href] : [],
  )
  try {
    await aggregator.heard('listening')
    const points = options.quick ? pointsInAll / 5 : pointsInAll
    const flooded = await flood(planOf(points, aggregator.connectionFile), () => aggregator.usage())
    const { runDir } = (await aggregator.heard('run-finished', foldMs)).status
    const folded = path.join(runDir, 'curves', 'all.parquet')
    if (!plain) for (let ms = 0; ms < foldMs && !fs.existsSync(folded); ms += 100) await sleep(100)
    return { runDir, perSecond: flooded.graphedPerSecond, cpuPerEvent: flooded.cpuPerEvent }
  } finally {
    await aggregator.kill()
  }
}

function planOf(points: number, connectionFile: string): Plan {
  return {
    connectionFile,
    jobKey: benchJobKey,
    firstRank: 0,
    ranks,
    worldSize: ranks,
    seriesPerRank,
    recordsPerEnvelope: 1000,
    envelopesPerRank: Math.ceil(points / ranks / 1000),
    intervalMs: 0,
    fresh: true,
  }
}

function* sizes(runDir: string): Generator<Figure> {
  const { parts } = openRun(runDir).file
  const rows = parts.reduce((sum, one) => sum + one.rows, 0)
  const bytes = parts.reduce((sum, one) => sum + one.bytes, 0)
  const curves = path.join(runDir, 'curves')
  const curveBytes = fs
    .readdirSync(curves)
    .reduce((sum, name) => sum + fs.statSync(path.join(curves, name)).size, 0)
  yield figureOf(
    {
      name: 'parts.bytes',
      unit: 'bytes/point',
      better: 'lower',
      limitIs: 'step, time and value as they are',
      goal: { of: 'value', bound: 8 },
    },
    [{ value: bytes / rows, limit: 24 }],
  )
  yield figureOf(
    {
      name: 'parts.curves',
      unit: 'bytes/point',
      better: 'lower',
      limitIs: 'the parts',
      goal: { of: 'ratio', bound: 0.1 },
    },
    [{ value: curveBytes / rows, limit: bytes / rows }],
  )
}

const readers = ['duckdb', 'polars', 'pandas'] as const

/** One rank's curve by other programs, from parts with bounds and from parts without. */
async function byOthers(bench: Bench, runDir: string, plainDir: string): Promise<Figure[]> {
  const python = process.env['PROVLOOM_TEST_PYTHON']
  if (python === undefined) {
    bench.say('parts.duckdb, polars, pandas: PROVLOOM_TEST_PYTHON names no Python with them')
    return []
  }
  const folders = [runDir, plainDir].map((one) => path.join(one, 'metrics'))
  const found = (await runForJson(python, [
    pythonProgram('curve.py'),
    String(rank),
    String(roundsOf(bench)),
    ...folders,
  ])) as Readonly<Record<`${(typeof readers)[number] | 'all'}.${0 | 1}`, readonly number[]>>
  const pairsOf = (values: readonly number[], limits: readonly number[]): Pair[] =>
    values.map((value, i) => ({ value, limit: limits[i]! }))
  return [
    ...readers.map((name) =>
      timed(
        `parts.${name}`,
        'the same, of parts without bounds',
        pairsOf(found[`${name}.0`], found[`${name}.1`]),
      ),
    ),
    timed('parts.duckdb.all', 'a sum over all rows in DuckDB', pairsOf(found['duckdb.0'], found['all.0'])),
  ]
}

async function byUs(bench: Bench, runDir: string): Promise<Figure[]> {
  const pairs: Record<'curve' | 'ribbon' | 'points', Pair[]> = { curve: [], ribbon: [], points: [] }
  for (let i = -1; i < roundsOf(bench); i++) {
    // Nothing is kept from one round to the next.
    const curve = await millisecondsOf(() => openRun(runDir).curves({ metric, rank }))
    const ribbon = await millisecondsOf(() => openRun(runDir).ribbon({ metric }))
    const points = await millisecondsOf(() => drained(runDir, { ...metric, rank }))
    const limit = await millisecondsOf(() => drained(runDir, metric))
    if (i < 0) continue
    pairs.curve.push({ value: curve, limit })
    pairs.ribbon.push({ value: ribbon, limit })
    pairs.points.push({ value: points, limit })
  }
  const limitIs = 'the points of the metric, of all ranks'
  return [
    timed('parts.curve', limitIs, pairs.curve),
    timed('parts.ribbon', limitIs, pairs.ribbon),
    timed('parts.points', limitIs, pairs.points),
  ]
}

async function drained(
  runDir: string,
  which: { readonly key: string; readonly rank?: number },
): Promise<void> {
  for await (const _ of openRun(runDir).points(which)) continue
}

function timed(name: string, limitIs: string, pairs: readonly Pair[]): Figure {
  return figureOf({ name, unit: 'ms', better: 'lower', limitIs }, pairs)
}

function roundsOf({ options }: Bench): number {
  return options.quick ? 3 : Math.max(5, options.repetitions)
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
