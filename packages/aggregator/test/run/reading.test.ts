import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { listRuns, openRun } from '@provloom/rundir'
import { encodeEnvelope, encodeEvent, headerBytes, seq } from '@provloom/shared'
import type { Attempt, Event, Points, Rank, StreamId } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMetricStore } from '../../src/metrics/store.ts'
import type { StoreSeams } from '../../src/metrics/store.ts'
import { beginRun, resumeRun } from '../../src/run/open.ts'
import { nextTurn } from '../../src/slices.ts'
import type { OpenRun } from '../../src/run/open-run.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'
import { params, points, series } from '../support/peer.ts'
import { factsOf, nothing, runId, surroundings } from '../support/surroundings.ts'

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

/** What a rank says next. */
class Says {
  readonly #rank: Rank
  #next = 0

  constructor(rank: number) {
    this.#rank = rank as Rank
  }

  say(run: OpenRun, events: readonly Event[], rows: Points): void {
    const count = events.length + rows.count
    const one = {
      runId,
      rank: this.#rank,
      attempt: 0 as Attempt,
      session: 's',
      stream: 'w' as StreamId,
      first: seq(this.#next),
      count,
      lost: 0,
      eventIndex: Uint32Array.from(events.keys()),
      events: events.map(encodeEvent),
      points: rows,
    }
    this.#next += count
    run.submit(one, encodeEnvelope(one))
  }
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
      ['e_2', 'it is no run.json of format 1'],
      ['pipe', 'run.json is no file'],
      ['gone', expect.stringContaining('ENOENT')],
      ['lost', 'it has no run.json'],
    ]),
  )
  expect(() => listRuns(path.join(saveDir, 'nowhere'))).toThrow(
    expect.objectContaining({ code: 'FILE_UNREADABLE' }),
  )
})
