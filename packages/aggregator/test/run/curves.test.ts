import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openRun } from '@provloom/rundir'
import type { CurveAsk } from '@provloom/rundir'
import { bucketOf, bucketsOf, ribbonOf } from '@provloom/rundir/curve'
import { roomForPoints } from '@provloom/shared'
import type { Points } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seeds } from '../../../../test/support/effort.ts'
import { randomFrom } from '../../../../test/support/random.ts'
import type { Random } from '../../../../test/support/random.ts'
import { Folding } from '../../src/metrics/curve/folding.ts'
import { createMetricStore } from '../../src/metrics/store.ts'
import { beginRun } from '../../src/run/open.ts'
import type { OpenRun } from '../../src/run/open-run.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'
import { nextTurn } from '../../src/slices.ts'
import { FullDisk } from '../support/full-disk.ts'
import { series } from '../support/peer.ts'
import { Says } from '../support/says.ts'
import { factsOf, nothing, surroundings } from '../support/surroundings.ts'

const python = process.env['PROVLOOM_TEST_PYTHON']
const skipped = python === undefined ? ' (skipped: PROVLOOM_TEST_PYTHON names no Python with duckdb)' : ''

let saveDir: string
let runDir: string

beforeEach(() => {
  saveDir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-curves-'))
  runDir = path.join(saveDir, 'e_0')
  fs.mkdirSync(path.join(runDir, 'metrics'), { recursive: true })
})

afterEach(() => fs.rmSync(saveDir, { recursive: true }))

const metric = { context: 'training', source: null, key: 'loss' }
const rare = { context: 'training', source: null, key: 'rare' }

/** How a rank counts its steps. */
type Stepping = (at: number) => bigint

const steppings: readonly ((random: Random) => Stepping)[] = [
  () => (at) => BigInt(at),
  // Down through zero, and each step twice.
  () => (at) => BigInt(4_000 - Math.floor(at / 2)),
  // Few steps, far between.
  () => (at) => BigInt(at) * 1_000n,
  (random) => () => BigInt(random.below(50_000) - 25_000),
  (random) => (at) => (random.chance(0.001) ? 2n ** 62n + BigInt(at) : BigInt(at) - 2n ** 40n),
]

/** Sixteenths, so that sums are exact in any order. */
function valueOf(random: Random): number {
  if (random.chance(0.01)) return random.pick([NaN, Infinity, -Infinity, -0])
  return random.below(4_000) / 16 - 100
}

function rowsOf(random: Random, id: number, stepping: Stepping, from: number, count: number): Points {
  const rows = roomForPoints(count)
  for (let i = 0; i < count; i++) {
    rows.series[i] = random.chance(0.002) ? 2 : id
    rows.step[i] = stepping(from + i)
    rows.time[i] = 1_767_600_000_000_000n + BigInt(random.below(1_000_000))
    rows.value[i] = valueOf(random)
  }
  return rows
}

/** Parts of some 20,000 rows of three ranks, one of which was started twice; the last rows are in the journal still. */
async function written(seed: number, more: Partial<Surroundings> = {}): Promise<OpenRun> {
  const random = randomFrom(seed)
  let isDue = (): boolean => false
  const around = surroundings({
    createMetricStore: (options) => {
      const store = createMetricStore({ ...options, partRowsMax: 20_000, headRowsMax: 1 })
      isDue = () => store.due()
      return store
    },
    ...more,
  })
  const run = await beginRun(around, factsOf(runDir))
  const ranks = [new Says(0), new Says(1), new Says(2), new Says(1, 1)].map((says, i) => {
    const stepping = steppings[(seed * 3 + i) % steppings.length]!(random)
    says.say(run, [series(1, 'loss'), series(2, 'rare')], roomForPoints(0))
    return { says, stepping }
  })
  for (let from = 0; from < 16_000; from += 1_000) {
    for (const { says, stepping } of ranks) says.say(run, [], rowsOf(random, 1, stepping, from, 1_000))
    await run.settled()
    // What is being sealed comes first.
    for (run.look(); isDue(); run.look()) await nextTurn()
  }
  return run
}

async function ended(run: OpenRun): Promise<void> {
  await run.end('ranks-ended', nothing)
  await run.close(false, nothing)
}

/** What the points themselves say, of the same width and the same steps. */
async function fromPoints(ask: CurveAsk, exponent: number): Promise<unknown[]> {
  const bySeries = new Map<
    string,
    { rank: number; attempt: number; step: number[]; time: number[]; value: number[] }
  >()
  for await (const { rank, attempt, step, time, value } of openRun(runDir).points(ask.metric)) {
    if (ask.rank !== undefined && rank !== ask.rank) continue
    const id = `${rank} ${attempt}`
    const known = bySeries.get(id) ?? { rank, attempt, step: [], time: [], value: [] }
    bySeries.set(id, known)
    const { from, to } = ask.steps ?? { from: -Infinity, to: Infinity }
    const [first, end] = [bucketOf(from, exponent), Math.ceil(to / 2 ** exponent)]
    for (const [i, one] of step.entries()) {
      if (bucketOf(one, exponent) < first || bucketOf(one, exponent) >= end) continue
      known.step.push(one)
      known.time.push(time[i]!)
      known.value.push(value[i]!)
    }
  }
  return [...bySeries.values()]
    .filter(({ step }) => step.length > 0)
    .sort((a, b) => a.rank - b.rank || a.attempt - b.attempt)
    .map(({ rank, attempt, ...columns }) => ({
      ...ask.metric,
      rank,
      attempt,
      buckets: bucketsOf({ count: columns.step.length, ...columns }, { exponent, perSeriesMax: Infinity }),
    }))
}

/** -0 is 0 here: which of two equal values is the least is nobody's business. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) =>
      one instanceof Float64Array ? Array.from(one, (x) => (Number.isFinite(x) ? x + 0 : String(x))) : one,
    ),
  )
}

const asks: readonly CurveAsk[] = [
  { metric },
  { metric, rank: 1 },
  { metric, bucketsMax: 7 },
  { metric, rank: 2, steps: { from: 100, to: 1_100 }, bucketsMax: 50 },
  { metric, steps: { from: -3_000, to: 3_000 }, bucketsMax: 4 },
  { metric: rare },
]

async function expectCurves(): Promise<void> {
  for (const ask of asks) {
    const { exponent, exact, curves } = await openRun(runDir).curves(ask)
    expect(exact).toBe(true)
    for (const { buckets } of curves) {
      expect(buckets.exponent).toBe(exponent)
      if (ask.steps === undefined) expect(buckets.count).toBeLessThanOrEqual(ask.bucketsMax ?? 512)
    }
    const inside = curves.filter(({ buckets }) => buckets.count > 0)
    expect(plain(inside)).toEqual(plain(await fromPoints(ask, exponent)))
  }
  const { exponent, curves: ribbon } = await openRun(runDir).ribbon({ metric })
  const { curves } = await openRun(runDir).curves({ metric, bucketsMax: 512 })
  expect(plain(ribbon)).toEqual(plain(ribbonOf(curves, exponent)))
}

const curveFiles = (): string[] => fs.readdirSync(path.join(runDir, 'curves'))

test.each(seeds(2))(
  'curves are those of the points: while it goes on, when it has ended, folded, and when what was made is gone (seed %i)',
  async (seed) => {
    const run = await written(seed)
    expect(curveFiles().length).toBe(3)
    await expectCurves()
    await ended(run)
    await expectCurves()
    await new Folding(surroundings().files).fold(runDir)
    expect(curveFiles()).toContain('all.parquet')
    await expectCurves()
    fs.rmSync(path.join(runDir, 'curves'), { recursive: true })
    await expectCurves()
  },
  30_000,
)

/** Of whichever width: without a file that is wider than others they may be narrower. */
async function expectOfPoints(): Promise<void> {
  const { exponent, curves } = await openRun(runDir).curves({ metric })
  expect(plain(curves)).toEqual(plain(await fromPoints({ metric }, exponent)))
}

async function expectDamagePassedOver(): Promise<void> {
  const folder = path.join(runDir, 'curves')
  for (const name of curveFiles()) {
    const whole = fs.readFileSync(path.join(folder, name))
    for (let i = 0; i < 12; i++) {
      const bytes = Buffer.from(whole)
      bytes[(i * 1_299_709) % whole.length]! ^= 1 << (i % 8)
      fs.writeFileSync(path.join(folder, name), bytes)
      await expectOfPoints()
    }
    fs.writeFileSync(path.join(folder, name), whole.subarray(0, whole.length - 9))
    await expectOfPoints()
    fs.writeFileSync(path.join(folder, name), whole)
  }
}

test('a curve file that is damaged anywhere, or is of another part, is passed over', async () => {
  const run = await written(1)
  await ended(run)
  const folder = path.join(runDir, 'curves')
  await expectDamagePassedOver()
  const [one, other] = curveFiles()
  const own = fs.readFileSync(path.join(folder, other!))
  fs.copyFileSync(path.join(folder, one!), path.join(folder, other!))
  await expectOfPoints()
  fs.writeFileSync(path.join(folder, other!), own)
  await new Folding(surroundings().files).fold(runDir)
  expect(curveFiles()).toContain('all.parquet')
  await expectDamagePassedOver()
}, 60_000)

test('where no curve can be written the run goes on, and its points are its curves', async () => {
  const files = new FullDisk()
  files.fullFor = (file) => file.includes(`${path.sep}curves${path.sep}`)
  const run = await written(2, { files })
  await ended(run)
  await new Folding(files).fold(runDir)
  expect(curveFiles()).toEqual([])
  await expectCurves()
})

test('folding that is given up leaves what there was', async () => {
  await ended(await written(4))
  const before = curveFiles()
  const stopped = new Folding(surroundings().files)
  const folding = stopped.fold(runDir)
  stopped.stop()
  await folding
  await stopped.fold(runDir)
  expect(curveFiles()).toEqual(before)
  await new Folding(surroundings().files).fold(runDir)
  expect(curveFiles()).toContain('all.parquet')
})

test('of a metric with few points by series no curve is kept', async () => {
  await ended(await written(3))
  await new Folding(surroundings().files).fold(runDir)
  const metrics = await openRun(runDir).curveMetrics()
  expect(metrics).toEqual([{ ...metric, points: expect.any(Number), series: 4 }])
})

const judge = `
import duckdb, json, sys, math
out = []
for sql in json.load(sys.stdin):
    out.append([[str(x) if isinstance(x, float) and not math.isfinite(x) else x for x in row] for row in duckdb.sql(sql).fetchall()])
print(json.dumps(out))
`

test.skipIf(python === undefined).each(seeds(5))(
  `the queries of docs/metrics.md give the same numbers over the parts (seed %i)${skipped}`,
  async (seed) => {
    const run = await written(seed)
    await ended(run)
    await new Folding(surroundings().files).fold(runDir)
    const page = fs.readFileSync(path.resolve(import.meta.dirname, '../../../../docs/metrics.md'), 'utf8')
    const { exponent, curves } = await openRun(runDir).curves({ metric })
    const queries = [...page.matchAll(/```sql\n([^`]*)```/g)].map(([, sql]) =>
      sql!
        .replaceAll('1024', String(2 ** exponent))
        .replaceAll('metrics/*.parquet', path.join(runDir, 'metrics/*.parquet')),
    )
    const said = execFileSync(python!, ['-c', judge], { input: JSON.stringify(queries), encoding: 'utf8' })
    const [series, ribbon] = JSON.parse(said) as unknown[][][]
    const cell = (x: number | undefined): unknown =>
      x === undefined || Number.isNaN(x) ? null : Number.isFinite(x) ? x + 0 : x === Infinity ? 'inf' : '-inf'
    const ours = curves.flatMap(({ rank, attempt, buckets: b }) =>
      Array.from({ length: b.count }, (_, i) => [
        rank,
        attempt,
        bucketOf(b.firstStep[i]!, exponent),
        ...[b.firstStep, b.lastStep, b.firstTime, b.lastTime, b.points, b.nans, b.infinities].map(
          (c) => c[i],
        ),
        ...[b.min, b.minStep, b.max, b.maxStep, b.sum].map((c) => cell(c[i])),
        Number.isNaN(b.last[i]) ? 'nan' : cell(b.last[i]),
      ]),
    )
    // Beyond 2^53 JSON's numbers are the nearest doubles too; -0 is 0.
    const zeros = (rows: unknown[][]): unknown[][] => rows.map((row) => row.map((x) => (x === 0 ? 0 : x)))
    expect(zeros(series!)).toEqual(zeros(ours))
    const { curves: r } = await openRun(runDir).ribbon({ metric })
    expect(zeros(ribbon!)).toEqual(
      zeros(
        Array.from({ length: r.count }, (_, i) => [
          bucketOf(r.firstStep[i]!, exponent),
          ...[r.points, r.ranks, r.min, r.max, r.median].map((column) => cell(column[i])),
        ]),
      ),
    )
  },
  30_000,
)
