import fc from 'fast-check'
import { limits } from '@provloom/shared'
import { describe, expect, it } from 'vitest'
import { maskedCrc32c } from '../../src/tensorboard/format/crc32c.ts'
import { RecordCursor } from '../../src/tensorboard/format/record-cursor.ts'
import type { Bytes, Step } from '../../src/tensorboard/format/record-cursor.ts'
import { seedOf, tries } from '../../../../test/support/effort.ts'
import { framed } from '../support/event-file.ts'

/** As far as a file has got. */
function bytesOf(content: Buffer): Bytes {
  return { size: content.length, read: (at, length) => content.subarray(at, at + length) }
}

/** All that can be had now, data as text. */
function all(cursor: RecordCursor, content: Buffer, last = false): (string | Omit<Step, 'data'>)[] {
  const found: (string | Omit<Step, 'data'>)[] = []
  for (;;) {
    const step = cursor.next(bytesOf(content), last)
    if (step.kind === 'wait') return found
    if (step.kind !== 'busy') found.push(step.kind === 'record' ? step.data.toString('latin1') : step)
  }
}

const texts = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 60 }), { minLength: 1, maxLength: 20 })
const whole = (records: readonly string[]): Buffer =>
  Buffer.concat(records.map((one) => framed(Buffer.from(one, 'latin1'))))

it('has the checksum of RFC 3720, masked as TFRecord has it', () => {
  // 0xe3069283 is CRC-32C of the nine digits.
  const crc = 0xe3069283
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
  expect(maskedCrc32c(Buffer.from('123456789'))).toBe(masked)
})

describe('whatever was written, at whatever moments it is looked at', () => {
  it('every record is read once, in its order', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(1_500), { maxLength: 12 }), (records, cuts) => {
        const content = whole(records)
        const cursor = new RecordCursor(0)
        const found = [...cuts.sort((a, b) => a - b), content.length].flatMap((cut) =>
          all(cursor, content.subarray(0, cut)),
        )
        expect(found).toEqual(records)
        expect(cursor.offset).toBe(content.length)
      }),
      { seed: seedOf(41_001), numRuns: tries(900) },
    )
  })

  it('whoever goes on at the offset reads the rest', () => {
    fc.assert(
      fc.property(texts, fc.nat(1_500), (records, cut) => {
        const content = whole(records)
        const first = new RecordCursor(0)
        const before = all(first, content.subarray(0, cut))
        expect([...before, ...all(new RecordCursor(first.offset), content)]).toEqual(records)
      }),
      { seed: seedOf(41_002), numRuns: tries(600) },
    )
  })

  it('of a byte that is wrong at most its record is lost, told with where and how much', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({ min: 1, max: 255 }), (records, where, change) => {
        const content = whole(records)
        const at = where % content.length
        content[at] = content[at]! ^ change
        const found = all(new RecordCursor(0), content, true)
        const ends = records.map((_, n) =>
          records.slice(0, n + 1).reduce((sum, one) => sum + one.length + 16, 0),
        )
        const lost = ends.findIndex((end) => at < end)
        const begins = ends[lost - 1] ?? 0
        expect(found).toEqual([
          ...records.slice(0, lost),
          { kind: 'damaged', at: begins, lost: ends[lost]! - begins },
          ...records.slice(lost + 1),
        ])
      }),
      { seed: seedOf(41_003), numRuns: tries(900) },
    )
  })

  it('bytes that are no records are passed over as a whole, and never read beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), texts, (noise, records) => {
        const content = Buffer.concat([noise, whole(records)])
        const found = all(new RecordCursor(0), content, true)
        expect(found).toEqual([{ kind: 'damaged', at: 0, lost: noise.length }, ...records])
      }),
      { seed: seedOf(41_004), numRuns: tries(300) },
    )
  })
})

describe('at the end of a file', () => {
  const content = whole(['one', 'two'])

  it('a part of a record waits for its rest, until nobody writes any more', () => {
    const cursor = new RecordCursor(0)
    expect(all(cursor, content.subarray(0, 30))).toEqual(['one'])
    expect(all(cursor, content.subarray(0, 30))).toEqual([])
    expect(all(cursor, content.subarray(0, 30), true)).toEqual([{ kind: 'damaged', at: 19, lost: 11 }])
  })

  it('a record whose bytes are not all there yet, though its size is, waits for them', () => {
    const cursor = new RecordCursor(0)
    const hole = Buffer.from(content)
    hole.fill(0, 31, 34)
    expect(all(cursor, hole)).toEqual(['one'])
    expect(all(cursor, content)).toEqual(['two'])
  })

  it('a record of which only a hole is there waits too', () => {
    const cursor = new RecordCursor(0)
    expect(all(cursor, Buffer.concat([content.subarray(0, 19), Buffer.alloc(19)]))).toEqual(['one'])
    expect(all(cursor, content)).toEqual(['two'])
  })
})

it('a record of more than tensorboardRecordBytesMax is passed over, with how large it is', () => {
  const length = limits.tensorboardRecordBytesMax + 1
  const content = Buffer.concat([framed(Buffer.alloc(length)), whole(['behind it'])])
  expect(all(new RecordCursor(0), content)).toEqual([{ kind: 'large', at: 0, length }, 'behind it'])
  const most = framed(Buffer.alloc(length - 1))
  expect(all(new RecordCursor(0), most)).toHaveLength(1)
})
