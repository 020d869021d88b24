import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LogCursor, SegmentLog, payloadAt, segmentName, systemFiles } from '@provloom/shared'
import type { Damage, Files } from '@provloom/shared'
import { folder } from '../support/folder.ts'

const files = systemFiles()

interface ReadBack {
  readonly records: Map<number, string>
  readonly damage: Damage[]
}

async function readAll(cursor: LogCursor): Promise<ReadBack> {
  const records = new Map<number, string>()
  const damage: Damage[] = []
  for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    damage.push(...chunk.damage)
    for (let k = 0; k < chunk.count; k++) records.set(chunk.first + k, payloadAt(chunk, k).toString())
  }
  return { records, damage }
}

async function written(dir: string, count: number, segmentBytesMax?: number): Promise<SegmentLog> {
  const log = new SegmentLog({
    files,
    folder: dir,
    ...(segmentBytesMax === undefined ? {} : { segmentBytesMax }),
  })
  for (let i = 0; i < count; i++) await log.commit([[Buffer.from(`record ${i}`)]])
  return log
}

function numbered(count: number): Map<number, string> {
  return new Map(Array.from({ length: count }, (_, i) => [i, `record ${i}`]))
}

describe('a segment log', () => {
  it('gives back what was appended, in order, over many segments', async () => {
    const dir = folder()
    const log = await written(dir, 500, 400)
    expect(fs.readdirSync(dir).length).toBeGreaterThan(10)
    expect((await readAll(log.read(0))).records).toEqual(numbered(500))
    expect([...(await readAll(log.read(123))).records.keys()]).toEqual(
      Array.from({ length: 377 }, (_, i) => i + 123),
    )
  })

  it('goes on reading while it grows', async () => {
    const log = await written(folder(), 3)
    const cursor = log.read(0)
    await readAll(cursor)
    expect(await cursor.next()).toBeUndefined()
    await log.commit([[Buffer.from('later')]])
    expect((await readAll(cursor)).records).toEqual(new Map([[3, 'later']]))
  })

  it('goes on with dense numbers after it is opened again', async () => {
    const dir = folder()
    ;(await written(dir, 7, 100)).close()
    const log = new SegmentLog({ files, folder: dir, segmentBytesMax: 100 })
    expect(log.next).toBe(7)
    expect(await log.commit([[Buffer.from('rec'), Buffer.from('ord 7')]])).toBe(7)
    expect((await readAll(log.read(0))).records).toEqual(numbered(8))
  })

  it('commits many records with one sync, and one commit at a time', async () => {
    let syncs = 0
    const counting: Files = {
      ...files,
      open(file, mode) {
        const open = files.open(file, mode)
        return {
          ...open,
          sync() {
            syncs++
            return open.sync()
          },
        }
      },
    }
    const log = new SegmentLog({ files: counting, folder: folder() })
    const records = Array.from({ length: 1000 }, (_, i) => [Buffer.from(`record ${i}`)])
    const first = log.commit(records)
    await expect(log.commit(records)).rejects.toThrow('once at a time')
    expect(await first).toBe(0)
    expect(syncs).toBe(1)
    expect((await readAll(log.read(0))).records).toEqual(numbered(1000))
  })

  it('removes whole segments from the front and never the last one', async () => {
    const dir = folder()
    const log = await written(dir, 100, 200)
    log.dropBefore(50)
    expect(log.first).toBeLessThanOrEqual(50)
    expect(log.first).toBeGreaterThan(30)
    log.dropBefore(100)
    expect(fs.readdirSync(dir)).toHaveLength(1)
    log.close()
    expect(new SegmentLog({ files, folder: dir }).next).toBe(100)
  })

  it('is as before when a write fails, and goes on when there is room again', async () => {
    let full = false
    const limited: Files = {
      ...files,
      open(file, mode) {
        const open = files.open(file, mode)
        return {
          ...open,
          writeSync(chunk) {
            if (!full) return open.writeSync(chunk)
            open.writeSync(chunk.subarray(0, 5))
            throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
          },
          async write(chunks) {
            if (!full) return open.write(chunks)
            open.writeSync(chunks[0]!.subarray(0, 5))
            throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
          },
        }
      },
    }
    const log = new SegmentLog({ files: limited, folder: folder() })
    await log.commit([[Buffer.from('record 0')]])
    full = true
    await expect(log.commit([[Buffer.from('lost')]])).rejects.toMatchObject({ code: 'LOG_FAILED' })
    full = false
    expect(await log.commit([[Buffer.from('record 1')]])).toBe(1)
    expect(await readAll(log.read(0))).toEqual({ records: numbered(2), damage: [] })
  })
})

describe('a log that was cut off', () => {
  it('loses nothing but the torn record, wherever the file ends', async () => {
    const dir = folder()
    ;(await written(dir, 6)).close()
    const file = path.join(dir, segmentName(0))
    const whole = fs.readFileSync(file)
    const frame = 12 + 'record 0'.length
    for (let length = whole.length; length >= 0; length--) {
      fs.writeFileSync(file, whole.subarray(0, length))
      const survivors = Math.max(0, Math.floor((length - 32) / frame))
      expect((await readAll(new LogCursor(files, dir, 0))).records).toEqual(numbered(survivors))
      const log = new SegmentLog({ files, folder: dir })
      expect(log.next).toBe(survivors)
      await log.commit([[Buffer.from(`record ${survivors}`)]])
      expect(await readAll(log.read(0))).toEqual({ records: numbered(survivors + 1), damage: [] })
      log.close()
    }
  })

  it('tells a corrupt record with its place and goes on behind it', async () => {
    const dir = folder()
    ;(await written(dir, 10)).close()
    const file = path.join(dir, segmentName(0))
    const bytes = fs.readFileSync(file)
    const at = 32 + 4 * 20
    bytes[at + 15]! ^= 0xff
    fs.writeFileSync(file, bytes)
    const back = await readAll(new LogCursor(files, dir, 0))
    expect(back.damage).toEqual([{ file, offset: at, lost: 1 }])
    const rest = numbered(10)
    rest.delete(4)
    expect(back.records).toEqual(rest)
    expect(new SegmentLog({ files, folder: dir }).next).toBe(10)
  })

  it('tells a segment that is missing from the middle', async () => {
    const dir = folder()
    ;(await written(dir, 20, 120)).close()
    const [, second, third] = fs.readdirSync(dir)
    fs.rmSync(path.join(dir, second!))
    const back = await readAll(new LogCursor(files, dir, 0))
    const lost = Number(third!.slice(0, 20)) - Number(second!.slice(0, 20))
    expect(back.damage.map((one) => one.lost)).toEqual([lost])
    expect(back.records.size).toBe(20 - lost)
  })

  it('never gives a wrong record and accounts for every number, whatever bits flip', async () => {
    const dir = folder()
    const count = 40
    ;(await written(dir, count, 300)).close()
    const names = fs.readdirSync(dir)
    const originals = names.map((name) => fs.readFileSync(path.join(dir, name)))
    const flips = fc.array(fc.tuple(fc.nat(names.length - 1), fc.nat(10_000), fc.nat(7)), {
      minLength: 1,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(flips, async (places) => {
        for (const [i, name] of names.entries()) fs.writeFileSync(path.join(dir, name), originals[i]!)
        for (const [i, byte, bit] of places) {
          const file = path.join(dir, names[i]!)
          const bytes = fs.readFileSync(file)
          bytes[byte % bytes.length]! ^= 1 << bit
          fs.writeFileSync(file, bytes)
        }
        const back = await readAll(new LogCursor(files, dir, 0))
        for (const [number, text] of back.records) expect(text).toBe(`record ${number}`)
        const lost = back.damage.reduce((sum, one) => sum + one.lost, 0)
        const seenTo = Math.max(-1, ...back.records.keys()) + 1
        expect(back.records.size + lost).toBe(seenTo)
      }),
      { seed: 20261123, numRuns: 150 },
    )
  })
})
