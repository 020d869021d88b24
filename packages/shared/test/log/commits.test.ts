import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { SegmentLog, frameHeaderBytes, payloadAt, systemFiles } from '@provloom/shared'
import type { CommitMarks } from '@provloom/shared'
import { folder } from '../support/folder.ts'

const files = systemFiles()

/** `+` begins a commit, `-` goes with the record before it. */
const marks: CommitMarks = {
  follow: ([, ...rest]) => [Buffer.from('-'), ...rest],
  follows: (payload) => payload[0] === 0x2d,
}

function open(dir: string, more: Partial<CommitMarks> = {}): SegmentLog {
  return new SegmentLog({ files, folder: dir, marks: { ...marks, ...more } })
}

/** Commits of so many records each, with 8 bytes to a payload. */
async function written(dir: string, ...commits: readonly number[]): Promise<void> {
  const log = open(dir)
  let number = 0
  for (const count of commits) {
    const texts = Array.from({ length: count }, () => `rec ${String(number++).padStart(3, '0')}`)
    await log.commit(texts.map((text) => [Buffer.from('+'), Buffer.from(text)]))
  }
  log.close()
}

/** A record that never came to the disk. */
function blank(dir: string, number: number): void {
  const file = path.join(dir, fs.readdirSync(dir)[0]!)
  const bytes = fs.readFileSync(file)
  const size = frameHeaderBytes + 8
  bytes.fill(0, 32 + number * size, 32 + (number + 1) * size)
  fs.writeFileSync(file, bytes)
}

async function numbersIn(log: SegmentLog): Promise<number[]> {
  const numbers: number[] = []
  const cursor = log.read(0)
  for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    for (let k = 0; k < chunk.count; k++) {
      expect(payloadAt(chunk, k).toString()).toContain(String(chunk.first + k))
      numbers.push(chunk.first + k)
    }
  }
  cursor.close()
  return numbers
}

describe('a log that is synced commit by commit', () => {
  it('says in its records which of them go with the one before', async () => {
    const dir = folder()
    await written(dir, 2, 1)
    const bytes = fs.readFileSync(path.join(dir, fs.readdirSync(dir)[0]!)).toString('latin1')
    expect(bytes.match(/[+-]rec \d+/g)).toEqual(['+rec 000', '-rec 001', '+rec 002'])
  })

  it.each([
    ['its first', 3, [0, 1, 2]],
    ['another', 4, [0, 1, 2, 3]],
  ])('is cut in its last commit where that lacks %s record, and tells so', async (_, hole, left) => {
    const dir = folder()
    await written(dir, 2, 1, 4)
    blank(dir, hole)
    const log = open(dir)
    expect([log.next, log.cut?.from, log.cut?.records]).toEqual([hole, hole, 6 - hole])
    expect(await numbersIn(log)).toEqual(left)
    await log.commit([[Buffer.from('+'), Buffer.from(`rec 00${hole}`)]])
    expect(await numbersIn(log)).toEqual([...left, hole])
    log.close()
    expect(open(dir).cut).toBeUndefined()
  })

  it('keeps what is behind damage before its last commit: that was synced', async () => {
    const dir = folder()
    await written(dir, 3, 1)
    blank(dir, 1)
    const log = open(dir)
    expect([log.next, log.cut]).toEqual([4, undefined])
    expect(await numbersIn(log)).toEqual([0, 2, 3])
    log.close()
  })

  it('keeps what is behind damage in a commit that is known to have been synced', async () => {
    const dir = folder()
    await written(dir, 1, 4)
    blank(dir, 3)
    const log = open(dir, { syncedBefore: 2 })
    expect([log.next, log.cut]).toEqual([5, undefined])
    expect(await numbersIn(log)).toEqual([0, 1, 2, 4])
    log.close()
  })

  it('goes on at a higher number when it is told to, and never at a lower one', async () => {
    const dir = folder()
    await written(dir, 2)
    const log = open(dir)
    log.goOnAt(1)
    expect(log.next).toBe(2)
    log.goOnAt(7)
    expect(await log.commit([[Buffer.from('+'), Buffer.from('rec 007')]])).toBe(7)
    expect(await numbersIn(log)).toEqual([0, 1, 7])
    log.close()
    expect(open(dir).next).toBe(8)
  })
})
