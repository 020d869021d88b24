import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { SegmentLog, frameHeaderBytes, limits, payloadAt, systemFiles } from '@provloom/shared'
import type { Damage, LogCursor } from '@provloom/shared'
import { encodeFrame } from '../../src/log/format.ts'
import { folder } from '../support/folder.ts'

const files = systemFiles()

interface Found {
  /** Length of each record by its number. */
  readonly lengths: Map<number, number>
  readonly damage: Damage[]
}

async function found(cursor: LogCursor): Promise<Found> {
  const lengths = new Map<number, number>()
  const damage: Damage[] = []
  for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    damage.push(...chunk.damage)
    for (let k = 0; k < chunk.count; k++) lengths.set(chunk.first + k, payloadAt(chunk, k).length)
  }
  cursor.close()
  return { lengths, damage }
}

/** The last segment of a log, with a frame of a payload of that length and one small record behind it. */
async function withFrameOf(dir: string, number: number, length: number): Promise<void> {
  const log = new SegmentLog({ files, folder: dir })
  for (let i = 0; i < number; i++) await log.commit([[Buffer.from('before')]])
  log.close()
  const bytes = Buffer.alloc(2 * frameHeaderBytes + length + 5)
  const end = encodeFrame(bytes, 0, number, Buffer.alloc(length, 0x61))
  encodeFrame(bytes, end, number + 1, Buffer.from('after'))
  fs.appendFileSync(path.join(dir, fs.readdirSync(dir).at(-1)!), bytes)
}

describe('a segment log at its limits', () => {
  it('holds a record of the greatest length, and takes a greater length for damage and reads on behind it', async () => {
    const most = folder()
    await withFrameOf(most, 1, limits.recordBytesMax)
    const whole = await found(new SegmentLog({ files, folder: most }).read(0))
    expect(whole.damage).toEqual([])
    expect([...whole.lengths.values()]).toEqual([6, limits.recordBytesMax, 5])

    const over = folder()
    await withFrameOf(over, 1, limits.recordBytesMax + 1)
    const log = new SegmentLog({ files, folder: over })
    expect(log.next).toBe(3)
    const { lengths, damage } = await found(log.read(0))
    expect([...lengths]).toEqual([
      [0, 6],
      [2, 5],
    ])
    expect(damage.map(({ lost }) => lost)).toEqual([1])
  })

  it('begins the next segment when the last one has grown to its greatest size', async () => {
    const dir = folder()
    const log = new SegmentLog({ files, folder: dir })
    const payload = Buffer.alloc(1024 * 1024)
    for (let bytes = 0; bytes <= limits.segmentBytesMax; bytes += payload.length)
      await log.commit([[payload]])
    log.close()
    const sizes = fs.readdirSync(dir).map((name) => fs.statSync(path.join(dir, name)).size)
    expect(sizes).toHaveLength(2)
    expect(sizes[0]).toBeLessThanOrEqual(limits.segmentBytesMax)
    expect(sizes[0]! + payload.length).toBeGreaterThan(limits.segmentBytesMax)
  })
})
