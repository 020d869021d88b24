import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { listRuns, openRun } from '@provloom/rundir'
import { headerBytes } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMetricStore } from '../../src/metrics/store.ts'
import type { StoreSeams } from '../../src/metrics/store.ts'
import { beginRun, resumeRun } from '../../src/run/open.ts'
import { nextTurn } from '../../src/slices.ts'
import type { OpenRun } from '../../src/run/open-run.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'
import { params, points, series } from '../support/peer.ts'
import { Says } from '../support/says.ts'
import { factsOf, nothing, surroundings } from '../support/surroundings.ts'

let saveDir: string
let runDir: string

beforeEach(() => {
  saveDir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-reading-'))
  runDir = path.join(saveDir, 'e_0')
  fs.mkdirSync(path.join(runDir, 'metrics'), { recursive: true })
})

afterEach(() => fs.rmSync(saveDir, { recursive: true }))

/** Parts of so many rows. */
function sealing(seams: StoreSeams, more: Partial<Surroundings> = {}): Surroundings {
  return surroundings({
    createMetricStore: (options) => createMetricStore({ ...options, ...seams }),
    ...more,
  })
}

/** Steps of a rank's loss as a reader finds them, in their order. */
async function stepsOf(rank: number): Promise<number[]> {
  const steps: number[] = []
  for await (const one of openRun(runDir).points({ key: 'loss', rank })) {
    expect(one).toMatchObject({ rank, attempt: 0, context: 'training', source: null, key: 'loss' })
    expect(one.count).toBe(one.step.length)
    for (const [i, step] of one.step.entries()) {
      if (one.value[i] !== step / 7) throw new Error(`step ${step} has ${one.value[i]}`)
      steps.push(step)
    }
  }
  return steps
}

const none = points(0, 0, 0)

test.each([
  ['whose last part grows', { partRowsMax: 300, headRowsMax: 1_000 }],
  ['whose parts are many and small', { partRowsMax: 40, headRowsMax: 1 }],
])('a reader of a run that goes on, %s, has every point once at every moment', async (_, seams) => {
  const run = await beginRun(sealing(seams), factsOf(runDir))
  const ranks = [new Says(0), new Says(1)]
  for (const rank of ranks) rank.say(run, [series(3, 'accuracy'), series(1, 'loss')], none)
  const main = { isOver: false }
  let readings = 0
  const reading = async (): Promise<void> => {
    let before = 0
    while (!main.isOver) {
      const steps = await stepsOf(1)
      expect(steps).toEqual(Array.from(steps.keys()))
      expect(steps.length).toBeGreaterThanOrEqual(before)
      before = steps.length
      readings++
      await nextTurn()
    }
  }
  const done = reading()
  try {
    for (let step = 0; step < 4_000; step += 25) {
      for (const rank of ranks) {
        rank.say(run, params(step, 1), points(1, step, 25))
        rank.say(run, [], points(3, step, 5))
      }
      if (step % 100 !== 0) continue
      await run.settled()
      run.look()
      await nextTurn()
    }
    await run.settled()
    expect(await stepsOf(0)).toHaveLength(4_000)
  } finally {
    main.isOver = true
  }
  await done
  expect(readings).toBeGreaterThan(3)

  const [first] = await openRun(runDir).series({ rank: 0, key: 'accuracy' })
  expect(first).toEqual({
    rank: 0,
    attempt: 0,
    context: 'training',
    source: null,
    key: 'accuracy',
    points: 800,
  })
  await run.end('ranks-ended', nothing)
  await run.close(false, nothing)
  expect(fs.existsSync(path.join(runDir, 'journal'))).toBe(false)
  expect(await stepsOf(1)).toHaveLength(4_000)
  const found = await openRun(runDir).series()
  expect(found.map(({ rank, key, points: rows }) => `${rank} ${key} ${rows}`).toSorted()).toEqual([
    '0 accuracy 800',
    '0 loss 4000',
    '1 accuracy 800',
    '1 loss 4000',
  ])
})

test('what a killed aggregator had journaled and not sealed is read, and is read the same when the next one goes on', async () => {
  const seams = { partRowsMax: 100, headRowsMax: 1_000 }
  const killed = await beginRun(sealing(seams), factsOf(runDir))
  const rank = new Says(0)
  rank.say(killed, [series(1, 'loss')], none)
  for (let step = 0; step < 1_000; step += 30) {
    rank.say(killed, [], points(1, step, 30))
    if (step % 150 === 0) await killed.settled()
  }
  await killed.settled()
  const before = await stepsOf(0)
  expect(before).toEqual(Array.from({ length: 1_020 }, (_, step) => step))
  // Half a frame: what a kill in the middle of a write leaves.
  const journal = path.join(runDir, 'journal')
  const last = fs.readdirSync(journal).findLast((name) => name.endsWith('.seg'))!
  fs.appendFileSync(path.join(journal, last), Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]))
  expect(await stepsOf(0)).toEqual(before)
  const again = await resumeRun(sealing(seams, { force: true }), factsOf(runDir), 'again')
  if (typeof again === 'string') throw new Error(`the run is ${again}`)
  expect(await stepsOf(0)).toEqual(before)
  await again.end('stopped', nothing)
  await again.close(false, nothing)
  expect(await stepsOf(0)).toEqual(before)
})

async function withParts(): Promise<OpenRun> {
  const run = await beginRun(sealing({ partRowsMax: 50, headRowsMax: 1 }), factsOf(runDir))
  const rank = new Says(0)
  rank.say(run, [series(1, 'loss')], none)
  for (let step = 0; step < 300; step += 50) {
    rank.say(run, [], points(1, step, 50))
    await run.settled()
  }
  return run
}

const unreadable = (name: string): unknown =>
  expect.objectContaining({ code: 'FILE_UNREADABLE', message: expect.stringContaining(name) })

test('of a finished run, parts that are gone, cut or have one wrong bit are told with their name', async () => {
  const run = await withParts()
  await run.end('ranks-ended', nothing)
  await run.close(false, nothing)
  const metrics = path.join(runDir, 'metrics')
  const [part] = fs.readdirSync(metrics)
  const file = path.join(metrics, part!)
  const whole = fs.readFileSync(file)
  const wrong = Array.from({ length: 60 }, (_, i) => {
    const bytes = Buffer.from(whole)
    bytes[(i * 7_919) % whole.length]! ^= 1 << (i % 8)
    return bytes
  })
  for (const bytes of [Buffer.alloc(0), whole.subarray(0, whole.length - 20), ...wrong]) {
    fs.writeFileSync(file, bytes)
    await expect(stepsOf(0)).rejects.toEqual(unreadable(part!))
  }
  fs.rmSync(file)
  await expect(stepsOf(0)).rejects.toEqual(unreadable(part!))
  fs.writeFileSync(file, whole)
  expect(await stepsOf(0)).toHaveLength(300)
})

test('of a run that goes on, a journal that is damaged or shorter than it was is told, and read again when it is whole', async () => {
  const run = await beginRun(sealing({}), factsOf(runDir))
  const rank = new Says(0)
  rank.say(run, [series(1, 'loss')], none)
  for (let step = 0; step < 100; step += 10) rank.say(run, [], points(1, step, 10))
  await run.flushNow()
  expect(await stepsOf(0)).toHaveLength(100)
  const journal = path.join(runDir, 'journal')
  const file = path.join(
    journal,
    fs.readdirSync(journal).find((name) => name.endsWith('.seg'))!,
  )
  const whole = fs.readFileSync(file)
  for (let at = headerBytes; at < whole.length; at += 97) {
    const bytes = Buffer.from(whole)
    bytes[at]! ^= 4
    fs.writeFileSync(file, bytes)
    await expect(stepsOf(0), `byte ${at}`).rejects.toEqual(unreadable('e_0'))
  }
  fs.writeFileSync(file, whole.subarray(0, whole.length / 2))
  await expect(stepsOf(0)).rejects.toEqual(unreadable('e_0'))
  fs.rmSync(file)
  await expect(stepsOf(0)).rejects.toEqual(unreadable('e_0'))
  fs.writeFileSync(file, whole)
  expect(await stepsOf(0)).toHaveLength(100)
})

test('a part of many series is read in one go', async () => {
  const run = await beginRun(sealing({}), factsOf(runDir))
  const rank = new Says(0)
  const many = 600
  rank.say(
    run,
    Array.from({ length: many }, (_, id) => series(id, `s${id}`)),
    none,
  )
  for (let id = 0; id < many; id++) rank.say(run, [], points(id, 0, 40))
  await run.settled()
  await run.end('ranks-ended', nothing)
  await run.close(false, nothing)
  const found = new Map<string, number>()
  for await (const { key, count } of openRun(runDir).points()) found.set(key, (found.get(key) ?? 0) + count)
  expect([found.size, new Set(found.values())]).toEqual([many, new Set([40])])
})

test('the runs of a folder are listed, the last one first, with what of them cannot be read', async () => {
  const run = await beginRun(sealing({}), factsOf(runDir))
  await run.settled()
  await run.end('ranks-ended', nothing)
  await run.close(false, nothing)
  const later = path.join(saveDir, 'e_1')
  fs.cpSync(runDir, later, { recursive: true })
  const text = fs.readFileSync(path.join(later, 'run.json'), 'utf8')
  fs.writeFileSync(path.join(later, 'run.json'), text.replace(/"startTime": "\d{4}/, '"startTime": "2999'))
  fs.mkdirSync(path.join(saveDir, 'e_2'))
  fs.writeFileSync(path.join(saveDir, 'e_2', 'run.json'), '{"format": 99}')
  fs.mkdirSync(path.join(saveDir, 'notes'))
  fs.writeFileSync(path.join(saveDir, 'notes.txt'), '')
  for (const name of ['pipe', 'gone', 'lost']) fs.mkdirSync(path.join(saveDir, name))
  execFileSync('mkfifo', [path.join(saveDir, 'pipe', 'run.json')])
  fs.symlinkSync('/nowhere', path.join(saveDir, 'gone', 'run.json'))
  fs.writeFileSync(path.join(saveDir, 'lost', 'prov.json'), '{}')
  const { runs, unreadable } = listRuns(saveDir)
  expect(runs.map(({ directory }) => directory)).toEqual([later, runDir])
  expect(runs[0]!.file.head).toMatchObject({ metrics: { shown: [], more: 0 } })
  const reasons = new Map(unreadable.map(({ directory, reason }) => [path.basename(directory), reason]))
  expect(reasons).toEqual(
    new Map([
      ['e_2', 'it is of format 99, of a newer version of Provloom'],
      ['pipe', 'run.json is no file'],
      ['gone', expect.stringContaining('ENOENT')],
      ['lost', 'it has no run.json'],
    ]),
  )
  expect(() => listRuns(path.join(saveDir, 'nowhere'))).toThrow(
    expect.objectContaining({ code: 'FILE_UNREADABLE' }),
  )
})

/** No two alike, so that they take their room. */
const noise = (step: number): number => Math.sin(step * 12.9898) * 43_758.5453

/** A part of some megabytes, of three metrics of two ranks, each in many pages; returns its file. */
async function withLargePart(): Promise<string> {
  const run = await beginRun(sealing({ partRowsMax: 600_000, headRowsMax: 1 }), factsOf(runDir))
  const ranks = [new Says(0), new Says(1)]
  for (const rank of ranks) rank.say(run, [series(0, 'accuracy'), series(1, 'loss'), series(2, 'rate')], none)
  for (let step = 0; step < 60_000; step += 20_000)
    for (const rank of ranks) {
      for (const id of [0, 1, 2]) {
        const rows = points(id, step, 20_000)
        rows.value.set(Float64Array.from(rows.step, (one) => noise(Number(one))))
        rank.say(run, [], rows)
      }
    }
  await run.settled()
  await run.end('ranks-ended', nothing)
  await run.close(false, nothing)
  const [part] = fs.readdirSync(path.join(runDir, 'metrics'))
  const file = path.join(runDir, 'metrics', part!)
  expect(fs.statSync(file).size).toBeGreaterThan(1 << 20)
  return file
}

test('of a large part is read what may hold the series and steps that are meant, and nothing else', async () => {
  const file = await withLargePart()
  const asked = async (steps?: { from: number; to: number }): Promise<number[]> => {
    const found: number[] = []
    for await (const one of openRun(runDir).points({ key: 'loss', rank: 1 }, steps)) {
      for (const [i, step] of one.step.entries()) if (one.value[i] !== noise(step)) throw new Error(`${step}`)
      found.push(...one.step)
    }
    return found
  }
  const whole = fs.readFileSync(file)
  expect(await asked()).toEqual(Array.from({ length: 60_000 }, (_, step) => step))
  expect(await asked({ from: 31_000, to: 31_003 })).toEqual([31_000, 31_001, 31_002])
  expect(await asked({ from: 70_000, to: 80_000 })).toEqual([])
  // Rows of other series and steps are not even looked at: most of the bytes may be anything.
  let harmless = 0
  const wrong = Buffer.from(whole)
  const footer = whole.readUInt32LE(whole.length - 8) + 8
  for (let at = 4; at < whole.length - footer - 40_000; at += 50_000) {
    const before = wrong[at]!
    wrong[at] = before ^ 0xff
    fs.writeFileSync(file, wrong)
    try {
      expect(await asked({ from: 31_000, to: 31_003 })).toEqual([31_000, 31_001, 31_002])
      harmless++
    } catch (error) {
      expect(error).toEqual(unreadable(path.basename(file)))
    }
    wrong[at] = before
  }
  const tried = Math.ceil((whole.length - footer - 40_004) / 50_000)
  expect(harmless).toBeGreaterThan(0.8 * tried)
  expect(harmless).toBeLessThan(tried)
  // Whoever reads all of it looks at its checksum.
  wrong[200_000]! ^= 1
  fs.writeFileSync(file, wrong)
  const all = async (): Promise<void> => {
    for await (const _ of openRun(runDir).points()) continue
  }
  await expect(all()).rejects.toEqual(unreadable(path.basename(file)))
})
