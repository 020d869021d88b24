import { describe, expect, it } from 'vitest'
import { LogCursor, SegmentLog, segmentName } from '@provloom/shared'
import type { Files } from '@provloom/shared'
import { effort, seeds } from '../support/effort.ts'
import { orderProblem, readAll } from '../support/log-records.ts'
import { logFolder, memoryFiles, putSegment, segmentsOf } from '../support/memory-log.ts'
import { randomFrom } from '../support/random.ts'
import type { Random } from '../support/random.ts'
import { UnsyncedLog } from '../support/unsynced-log.ts'

function textsFrom(random: Random, count: number, lengthMax: number): string[] {
  return Array.from({ length: count }, (_, i) => `record ${i} ${'z'.repeat(random.below(lengthMax))}`)
}

function reopened(files: Files, segmentBytesMax: number): SegmentLog {
  return new SegmentLog({ files, folder: logFolder, segmentBytesMax })
}

describe('a log cut off at a byte', () => {
  it('loses the torn record only, at every byte of its end', async () => {
    const bytesMax = 1024 * 1024
    const lastBytes = Math.min(64, 8 * effort) * 1024
    const texts = textsFrom(randomFrom(1), 90, 1600)
    const [[, whole]] = [...segmentsOf(texts, bytesMax)] as [[number, Buffer]]
    expect(whole.length).toBeGreaterThan(lastBytes)
    const ends: number[] = []
    for (let at = 32; at < whole.length; at += 12 + whole.readUInt32LE(at + 4)) ends.push(at)
    for (let cut = whole.length; cut >= whole.length - lastBytes; cut--) {
      const files = memoryFiles()
      putSegment(files, 0, whole.subarray(0, cut))
      const survivors = ends.filter((start) => start + 12 + whole.readUInt32LE(start + 4) <= cut).length
      const log = reopened(files, bytesMax)
      if (log.next !== survivors) throw new Error(`cut at byte ${cut}: ${log.next} records, not ${survivors}`)
      if (cut % 97 !== 0) continue
      await log.commit([[Buffer.from('after')]])
      const back = await readAll(log.read(0))
      expect(back.damage).toEqual([])
      expect(back.records.map(([, text]) => text)).toEqual([...texts.slice(0, survivors), 'after'])
    }
  })
})

describe('a log with flipped bits', () => {
  it('opens, gives nothing wrong, tells what is lost, and takes up the next record', async () => {
    for (const seed of seeds(1_000)) {
      const random = randomFrom(seed)
      const texts = textsFrom(random, 30, 60)
      const segments = segmentsOf(texts, 500)
      for (let flips = 1 + random.below(10); flips > 0; flips--) {
        const bytes = segments.get(random.pick([...segments.keys()]))!
        bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
      }
      const files = memoryFiles()
      for (const [first, bytes] of segments) putSegment(files, first, bytes)
      const log = reopened(files, 500)
      const next = await log.commit([[Buffer.from('after')]])
      const back = await readAll(log.read(0))
      const problem = orderProblem(back, 0)
      const wrong = back.records.filter(([number, text]) => number !== next && text !== texts[number])
      if (problem !== undefined || wrong.length > 0)
        throw new Error(`seed ${seed}: ${problem ?? JSON.stringify(wrong)}`)
      expect(back.records.at(-1)).toEqual([next, 'after'])
    }
  })

  it('reads on from any record behind the damage, without those before', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomFrom(seed)
      const texts = textsFrom(random, 30, 60)
      const [[, bytes]] = [...segmentsOf(texts, 1 << 20)] as [[number, Buffer]]
      bytes[32 + random.below(bytes.length - 32)]! ^= 1 << random.below(8)
      const files = memoryFiles()
      putSegment(files, 0, bytes)
      const from = random.below(30)
      const { records } = await readAll(new LogCursor(files, logFolder, from))
      for (const [number, text] of records) expect([number, text]).toEqual([number, texts[number]])
      expect(records.every(([number]) => number >= from)).toBe(true)
      expect(records.length).toBeGreaterThanOrEqual(30 - from - 1)
    }
  })

  it('keeps the records of a segment whose header is damaged', async () => {
    const texts = textsFrom(randomFrom(1), 12, 20)
    const [[, bytes]] = [...segmentsOf(texts, 1 << 20)] as [[number, Buffer]]
    bytes[3]! ^= 1
    const files = memoryFiles()
    putSegment(files, 0, bytes)
    expect((await readAll(new LogCursor(files, logFolder, 0))).records).toHaveLength(12)
    const log = reopened(files, 1 << 20)
    expect(await log.commit([[Buffer.from('after')]])).toBe(12)
    expect((await readAll(log.read(0))).records.map(([, text]) => text)).toEqual([...texts, 'after'])
  })

  it('is searched in a moment, whatever its records are made of', async () => {
    const payload = Buffer.alloc(8 * 1024 * 1024 - 64)
    for (let at = 0; at + 8 <= payload.length; at += 8)
      payload.writeBigInt64LE(1_000_000_000n + BigInt(at), at)
    const files = memoryFiles()
    new UnsyncedLog(logFolder, files).append(payload)
    const name = `${logFolder}/${segmentName(0)}`
    const open = files.open(name, 'read')
    const bytes = Buffer.alloc(open.size())
    open.readSync(bytes, 0)
    bytes[100]! ^= 1
    putSegment(files, 0, bytes)
    // Processor time: what else runs on the machine does not count.
    const before = process.cpuUsage()
    expect(reopened(files, 8 * 1024 * 1024).next).toBe(0)
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5)
  })
})

describe('a log whose writer goes on to the next segment while it is read', () => {
  it('gives what was written between the end that was read and the look for the next segment', async () => {
    const files = memoryFiles()
    const log = new UnsyncedLog(logFolder, files, 60)
    log.append(Buffer.from('one'))
    let interfere = true
    const racing: Files = {
      ...files,
      list(folder) {
        if (!interfere) return files.list(folder)
        // The first look opens the segment; the second comes after its end was read.
        const seen = files.list(folder)
        if (looks++ === 1) {
          interfere = false
          log.append(Buffer.from('two'))
          log.append(Buffer.from('three, which needs a segment of its own'))
          return files.list(folder)
        }
        return seen
      },
    }
    let looks = 0
    const cursor = new LogCursor(racing, logFolder, 0)
    const back = await readAll(cursor)
    expect(back.damage).toEqual([])
    expect(back.records.map(([, text]) => text)).toEqual([
      'one',
      'two',
      'three, which needs a segment of its own',
    ])
  })

  it('leaves out what its writer took back because it could not be synced', async () => {
    const files = memoryFiles()
    let failing = false
    const failingFiles: Files = {
      ...files,
      open(file, mode) {
        const open = files.open(file, mode)
        return {
          ...open,
          sync: () => (failing ? Promise.reject(new Error('EIO')) : open.sync()),
          truncateSync(length) {
            if (failing) throw new Error('EIO')
            open.truncateSync(length)
          },
        }
      },
    }
    const log = new SegmentLog({ files: failingFiles, folder: logFolder })
    await log.commit([[Buffer.from('kept')]])
    failing = true
    await expect(log.commit([[Buffer.from('taken back')]])).rejects.toMatchObject({ code: 'LOG_FAILED' })
    failing = false
    expect(await log.commit([[Buffer.from('next')]])).toBe(1)
    const back = await readAll(log.read(0))
    expect(back).toEqual({
      records: [
        [0, 'kept'],
        [1, 'next'],
      ],
      damage: [],
    })
  })
})
