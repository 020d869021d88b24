import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  LogCursor,
  SegmentLog,
  decodeEnvelope,
  encodeEnvelope,
  isStreamId,
  limits,
  mintRunId,
  payloadAt,
  segmentName,
  seq,
  systemFiles,
  writePoint,
} from '@provloom/shared'
import type { Envelope, Files, StreamId } from '@provloom/shared'
import { findPlace } from '../../src/place/place.ts'
import { sightOf } from '../../src/place/sight.ts'
import { defaultBounds, packRecords } from '../../src/packer.ts'
import { CountsInMemory } from '../../src/spool/counts.ts'
import { Segments } from '../../src/spool/segments.ts'
import { StreamReader } from '../../src/spool/stream-reader.ts'
import type { Packed, ReaderProblem } from '../../src/spool/stream-reader.ts'
import { freshFolder } from '../support/place.ts'

const files = systemFiles()
const id = streamId('worker-1-0000')
const runId = mintRunId(0, new Uint8Array(10))

function streamId(text: string): StreamId {
  if (!isStreamId(text)) throw new Error(text)
  return text
}

const float = fc.double({ noNaN: false })
const point = fc
  .record({
    series: fc.nat(20),
    step: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    time: fc.bigInt({ min: 0n, max: 2n ** 60n }),
    value: float,
  })
  .map(({ series, step, time, value }) => {
    const payload = Buffer.alloc(29)
    writePoint(payload, series, step, time, value)
    return payload
  })
const event = fc
  .string({ minLength: 0, maxLength: 60 })
  .map((text) => Buffer.from(JSON.stringify({ type: 'x', text })))
const records = fc.array(fc.oneof({ weight: 3, arbitrary: point }, { weight: 1, arbitrary: event }), {
  minLength: 1,
  maxLength: 120,
})
const bounds = fc.record({
  records: fc.integer({ min: 1, max: 40 }),
  bytes: fc.integer({ min: 1, max: 4_000 }),
})

/** A spool's writer syncs nothing. */
const unsynced: Files = {
  ...files,
  open: (file, mode) => ({ ...files.open(file, mode), sync: async () => {} }),
  syncFolder: async () => {},
}

async function write(folder: string, payloads: readonly Buffer[], segmentBytesMax = 600): Promise<void> {
  const log = new SegmentLog({ files: unsynced, folder, segmentBytesMax })
  for (const payload of payloads) await log.commit([[payload]])
  log.close()
}

/** Over the wire and back: what an aggregator would hold. */
function overTheWire(packed: Packed): Envelope {
  const { first, ...rest } = packed
  const look = decodeEnvelope(
    encodeEnvelope({
      ...rest,
      runId,
      rank: zero.rank,
      attempt: zero.attempt,
      session: 's',
      first: seq(first),
    }),
  )
  if (look.kind === 'bad') throw new Error(look.reason)
  return look.envelope
}
const zero = findPlace(undefined, {}, sightOf({}, undefined))

/** The records of an envelope as the payloads they were spooled as. */
function payloadsOf({ count, eventIndex, events, points }: Envelope): Buffer[] {
  const payloads: Buffer[] = []
  let nextEvent = 0
  let row = 0
  for (let i = 0; i < count; i++) {
    if (eventIndex[nextEvent] === i) payloads.push(Buffer.from(events[nextEvent++]!))
    else {
      const payload = Buffer.alloc(29)
      writePoint(payload, points.series[row]!, points.step[row]!, points.time[row]!, 0)
      Buffer.from(points.value.buffer, points.value.byteOffset + row * 8, 8).copy(payload, 21)
      payloads.push(payload)
      row++
    }
  }
  return payloads
}

async function readAll(reader: StreamReader, most: { records: number; bytes: number }): Promise<Buffer[]> {
  const all: Buffer[] = []
  for (let packed = await reader.next(most); packed !== undefined; packed = await reader.next(most)) {
    expect(packed.count).toBeLessThanOrEqual(most.records)
    all.push(...payloadsOf(overTheWire(packed)))
  }
  return all
}

test('envelopes hold exactly the spooled records, in order, bit for bit, whatever the bounds', async () => {
  await fc.assert(
    fc.asyncProperty(records, bounds, async (payloads, most) => {
      const folder = path.join(freshFolder(), id)
      await write(folder, payloads)
      const reader = new StreamReader(files, folder, id, () => undefined)
      expect(await readAll(reader, most)).toEqual(payloads)
      reader.close()
    }),
    { numRuns: 60, seed: 20_260_101 },
  )
})

test('after any rewinds, and with records appended in between, the records from there on come again', async () => {
  const moves = fc.array(fc.record({ to: fc.nat(), packs: fc.nat(5) }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(records, records, bounds, moves, async (before, after, most, rewinds) => {
      const folder = path.join(freshFolder(), id)
      await write(folder, before)
      const reader = new StreamReader(files, folder, id, () => undefined)
      for (const { to, packs } of rewinds) {
        const number = to % (before.length + 1)
        reader.rewind(number)
        let expected = number
        for (let i = 0; i < packs; i++) {
          const packed = await reader.next(most)
          if (packed === undefined) break
          expect(packed.first).toBe(expected)
          expected += packed.count
        }
      }
      await write(folder, after)
      const from = reader.position
      expect(await readAll(reader, most)).toEqual([...before, ...after].slice(from))
      reader.close()
    }),
    { numRuns: 40, seed: 20_260_102 },
  )
})

test('a NaN keeps its bits', async () => {
  const folder = path.join(freshFolder(), id)
  const payload = Buffer.alloc(29)
  writePoint(payload, 0, 0n, 0n, 0)
  payload.writeBigUInt64LE(0x7ff8dead_beef0001n, 21)
  await write(folder, [payload])
  const reader = new StreamReader(files, folder, id, () => undefined)
  expect(await readAll(reader, defaultBounds)).toEqual([payload])
})

test('damaged records are told once with their place, and as lost with the next envelope', async () => {
  const folder = path.join(freshFolder(), id)
  const payloads = Array.from({ length: 20 }, (_, i) => Buffer.from(JSON.stringify({ type: 'x', i })))
  await write(folder, payloads, 100_000)
  const file = path.join(folder, segmentName(0))
  const bytes = fs.readFileSync(file)
  const at = bytes.indexOf('"i":7}')
  bytes[at + 4] = 0x39
  fs.writeFileSync(file, bytes)
  const problems: ReaderProblem[] = []
  const reader = new StreamReader(files, folder, id, (problem) => problems.push(problem))
  const first = await reader.next(defaultBounds)
  const second = await reader.next(defaultBounds)
  expect([first?.first, first?.count, second?.first, second?.lost, second?.count]).toEqual([0, 7, 8, 1, 12])
  reader.rewind(7)
  expect(await reader.next(defaultBounds)).toMatchObject({ first: 8, lost: 1 })
  expect(problems).toMatchObject([{ kind: 'damage', damage: { file, lost: 1 } }])
})

test('a record larger than any event may be is left out, told, and counted as lost', async () => {
  const folder = path.join(freshFolder(), id)
  const small = Buffer.from('{"type":"x"}')
  await write(folder, [small, Buffer.alloc(limits.eventBytesMax + 1, 0x20), small])
  const problems: ReaderProblem[] = []
  const reader = new StreamReader(files, folder, id, (problem) => problems.push(problem))
  expect(await reader.next(defaultBounds)).toMatchObject({ first: 0, count: 1, lost: 0 })
  expect(await reader.next(defaultBounds)).toMatchObject({ first: 2, count: 1, lost: 1 })
  expect(problems).toMatchObject([{ kind: 'oversized', number: 1 }])
})

test('released segments are gone, the last one stays, and reading goes on', async () => {
  const folder = path.join(freshFolder(), id)
  const payloads = Array.from({ length: 50 }, (_, i) => Buffer.from(JSON.stringify({ type: 'x', i })))
  await write(folder, payloads, 200)
  const reader = new StreamReader(files, folder, id, () => undefined)
  reader.release(20)
  const firsts = fs.readdirSync(folder).map((name) => Number(name.slice(0, 20)))
  expect(firsts[0]).toBeLessThanOrEqual(20)
  expect(firsts[1]).toBeGreaterThan(20)
  reader.release(1_000)
  expect(fs.readdirSync(folder)).toHaveLength(1)
  reader.rewind(49)
  expect(await reader.next(defaultBounds)).toMatchObject({ first: 49, count: 1 })
})

test('packing makes no object per point: a chunk of 20,000 points becomes four columns', async () => {
  const folder = path.join(freshFolder(), id)
  const payload = Buffer.alloc(29)
  fs.mkdirSync(path.dirname(folder), { recursive: true })
  const log = new Segments(folder, new CountsInMemory(), () => {})
  log.begin()
  for (let i = 0; i < 20_000; i++) {
    writePoint(payload, i % 7, BigInt(i), BigInt(i) * 3n, i / 7)
    log.write(payload, i)
  }
  const chunk = (await new LogCursor(files, folder, 0).next())!
  const pack = packRecords(chunk, 0, defaultBounds)
  expect([pack.count, pack.events.length, pack.points.count]).toEqual([20_000, 0, 20_000])
  expect(pack.points.value[19_999]).toBe(19_999 / 7)
  expect(payloadAt(chunk, 19_999).readDoubleLE(21)).toBe(19_999 / 7)
})
