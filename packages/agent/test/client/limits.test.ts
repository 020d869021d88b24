import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limits, removeFolder } from '@provloom/shared'
import type { Event, EventType } from '@provloom/shared'
import { defaultBounds } from '../../src/client/room.ts'
import type { StreamBounds } from '../../src/client/room.ts'
import { WorkerStream } from '../../src/client/stream.ts'
import { sessionFolderAt } from '../../src/session/folder.ts'
import { buildAgent } from '../support/agent-process.ts'
import { ManualClock } from '../support/clock.ts'
import { makeSpoolFolder, readOnlyStream, sessionsOf, treeVariables } from './spool.ts'

const built = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')
let spool: string

beforeAll(buildAgent)
beforeEach(() => {
  spool = makeSpoolFolder()
})
afterEach(() => removeFolder(spool))

function worker(body: string): void {
  // Of code that lies in no file no script is recorded.
  const code = `import * as p from ${JSON.stringify(built)}\n${body}`
  spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    env: { PATH: process.env['PATH'], ...treeVariables(spool) },
    stdio: 'ignore',
  })
}

function only<Type extends EventType>(
  events: readonly Event[],
  type: Type,
): Extract<Event, { type: Type }>[] {
  return events.filter((event): event is Extract<Event, { type: Type }> => event.type === type)
}

/** A stream in this process, with bounds as small as the test wants them. */
function streamWith(bounds: Partial<StreamBounds>, clock = new ManualClock()): WorkerStream {
  const folder = sessionFolderAt(path.join(spool, 'sessions', '0123456789abcdef'))
  fs.mkdirSync(folder.streams, { recursive: true })
  const home = {
    spool: folder,
    pid: process.pid,
    first: () => ({ type: 'helper', time: 1, pid: 1, start: 1 }) as const,
    makeAgain: () => {},
    removal: () => ({ type: 'problem', time: 1, code: 'SPOOL_REMOVED', message: '' }) as const,
    tellDropping: () => {},
  }
  return new WorkerStream(clock, home, { ...defaultBounds, ...bounds })
}

const param = (key: string, value: string): Event => ({
  type: 'param',
  time: 1,
  key,
  valueType: 'str',
  value,
})
const kilobyte = 'x'.repeat(1000)

describe('a worker stream at its limits', () => {
  test('an event of more than the greatest size is dropped, counted, and one of that size is kept', async () => {
    const stream = streamWith({})
    const rest = Buffer.byteLength(JSON.stringify(param('k', '')))
    expect(stream.event(param('k', 'x'.repeat(limits.eventBytesMax - rest)))).toBe(true)
    expect(stream.event(param('k', 'x'.repeat(limits.eventBytesMax - rest + 1)))).toBe(false)
    stream.close()
    const { events, wrong } = await readOnlyStream(path.join(spool, 'sessions', '0123456789abcdef'))
    expect(wrong).toEqual([])
    expect(only(events, 'param')).toHaveLength(1)
    expect(only(events, 'drops')).toMatchObject([{ reason: 'too-large', count: 1 }])
  })

  test('metrics stop at the reserve, everything else at the end, and all that is dropped is counted', async () => {
    const clock = new ManualClock()
    const stream = streamWith({ spoolBytesMax: 64 * 1024, spoolReserveBytes: 16 * 1024 }, clock)
    const point = (step: number): boolean => stream.point('m', undefined, undefined, BigInt(step), 1, step)
    let points = 0
    while (point(points)) points++
    expect(points).toBeGreaterThan(500)
    let params = 0
    while (stream.event(param(`p${params}`, kilobyte))) params++
    // What is left after the metrics is the reserve, and nearly all of it was to be had.
    expect(params).toBeGreaterThan(12)
    expect(params).toBeLessThanOrEqual(16)
    expect(point(-1)).toBe(false)
    expect(stream.drops).toEqual(new Map([['spool-full', 3]]))
    // The agent gives back what is acknowledged: here, all of it.
    const streams = path.join(spool, 'sessions', '0123456789abcdef', 'streams')
    const [name] = fs.readdirSync(streams)
    const [segment] = fs.readdirSync(path.join(streams, name!))
    fs.truncateSync(path.join(streams, name!, segment!), 32)
    clock.advance(1_000)
    expect(point(points)).toBe(true)
    stream.close()
  })

  test('points of series beyond the most are dropped, counted, and the others go on', () => {
    const stream = streamWith({})
    const point = (n: number): boolean => stream.point(`m${n}`, undefined, undefined, 0n, 1, n)
    for (let n = 0; n < limits.seriesPerStreamMax; n++) expect(point(n)).toBe(true)
    expect(point(limits.seriesPerStreamMax)).toBe(false)
    expect(point(0)).toBe(true)
    expect(stream.drops).toEqual(new Map([['too-many-series', 1]]))
    stream.close()
  })
})

describe('a worker in TypeScript at its limits', () => {
  test('cuts names that are longer than the longest', async () => {
    const most = limits.nameLengthMax
    worker(`p.startRun(); p.logParam('k'.repeat(${most}), 1); p.logParam('l'.repeat(${most + 1}), 2)`)
    const { events, wrong } = await readOnlyStream(spool)
    expect(wrong).toEqual([])
    const [whole, cut] = only(events, 'param').map(({ key }) => key)
    expect(whole).toBe('k'.repeat(most))
    expect(cut).toMatch(/^l+~[0-9a-f]{8}$/)
    expect(cut).toHaveLength(most)
  })

  test('drops parameters beyond the most of one call, counted', async () => {
    const most = limits.pairsPerCallMax
    worker(
      `p.startRun(); p.logParams(Object.fromEntries(Array.from({ length: ${most + 7} }, (_, i) => ['p' + i, i])))`,
    )
    const { events } = await readOnlyStream(spool)
    expect(only(events, 'param')).toHaveLength(most)
    expect(only(events, 'drops')).toMatchObject([{ reason: 'too-many-pairs', count: 7 }])
    expect(only(events, 'problem')).toMatchObject([{ code: 'NOT_RECORDED' }])
  })

  test('says of what a call cannot take, of options that are none and of pairs beyond the most what each is', async () => {
    worker(`p.startRun()
p.logParams(3)
p.logExecutionCommand(7)
p.logDataset('d', import.meta.filename ?? import.meta.url, { samples: 'many' })
p.logMetrics(Object.fromEntries(Array.from({ length: ${limits.pairsPerCallMax + 1} }, (_, i) => ['m' + i, i])))`)
    const { events } = await readOnlyStream(spool)
    const codes = only(events, 'problem').map(({ code }) => code)
    expect(codes.filter((code) => code !== 'MISSING_FILE')).toEqual([
      'BAD_ARGUMENT',
      'BAD_ARGUMENT',
      'OPTION_LEFT_OUT',
      'NOT_RECORDED',
    ])
  })

  test('records problemsMax problems, and counts what they are about all the same', async () => {
    const most = limits.problemsMax
    worker(`p.startRun(); for (let n = 0; n <= ${most}; n++) p.logMetric('m' + n, 'x')`)
    const { events } = await readOnlyStream(spool)
    expect(only(events, 'problem')).toHaveLength(most)
    expect(only(events, 'drops').at(-1)).toMatchObject({ count: most + 1 })
  })

  test('hashes a file up to the greatest size in the call, and leaves the hash of a larger copy to the agent', async () => {
    const files = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-files-'))
    const [small, large] = ['small.bin', 'large.bin'].map((name) => path.join(files, name))
    for (const [n, file] of [small!, large!].entries()) {
      fs.writeFileSync(file, '')
      fs.truncateSync(file, limits.artifactInlineBytesMax + n)
    }
    worker(`p.startRun(); p.logArtifact(${JSON.stringify(small)}); p.logArtifact(${JSON.stringify(large)})`)
    const { events } = await readOnlyStream(spool)
    const [first, second] = only(events, 'artifact')
    expect(first).toMatchObject({ size: limits.artifactInlineBytesMax, sha256: expect.any(String) })
    expect(second).toMatchObject({ size: limits.artifactInlineBytesMax + 1 })
    expect(second?.sha256).toBeUndefined()
    for (const [n, one] of [first, second].entries()) {
      const copy = fs.statSync(path.join(sessionsOf(spool)[0]!, 'files', one!.spooled!))
      expect([copy.size, copy.nlink]).toEqual([limits.artifactInlineBytesMax + n, 1])
      expect(copy.ino).not.toBe(fs.statSync([small!, large!][n]!).ino)
    }
    fs.rmSync(files, { recursive: true })
  })

  test('keeps an error without the secrets in it', async () => {
    worker(`p.startRun(); throw new Error('no login at https://me:' + 'ab' + 'cd@h with password=' + 'efgh')`)
    const { events } = await readOnlyStream(spool)
    const [end] = only(events, 'session.end')
    expect(end!.error).toContain('no login at https://***@h with password=***')
    expect(end!.error).not.toMatch(/abcd|efgh/)
  })

  test('keeps the last part of a long error', async () => {
    worker(`p.startRun(); throw new RangeError('first ' + 'x'.repeat(${limits.errorTailBytes}))`)
    const { events } = await readOnlyStream(spool)
    const [end] = only(events, 'session.end')
    expect(end).toMatchObject({ status: 'failed', error: expect.stringContaining('xxx') })
    expect(end!.error).toHaveLength(limits.errorTailBytes)
    expect(end!.error).not.toContain('first')
  })
})
