import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEvent, encodeEvent, limits } from '@provloom/shared'
import type { Event } from '@provloom/shared'

const param: Event = { type: 'param', time: 1, key: 'lr', valueType: 'float', value: '0.1' }

function reasonFor(value: unknown): string {
  const look = decodeEvent(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
  return look.kind === 'bad' ? look.reason : look.kind
}

describe('an event', () => {
  it('comes back as it was, without fields nobody declared', () => {
    expect(decodeEvent(encodeEvent(param))).toEqual({ kind: 'event', event: param })
    expect(decodeEvent(Buffer.from(JSON.stringify({ ...param, secret: 1, __proto__: { a: 1 } })))).toEqual({
      kind: 'event',
      event: param,
    })
  })

  it('of an unknown type is told apart from a bad one', () => {
    expect(decodeEvent(Buffer.from('{"type":"from.the.future","time":1}'))).toEqual({
      kind: 'unknown',
      type: 'from.the.future',
    })
    expect(reasonFor('{"type":"constructor","time":1}')).toBe('unknown')
  })

  it('that is malformed says what is wrong', () => {
    expect(reasonFor('{')).toBe('not JSON')
    expect(reasonFor('[]')).toBe('not a JSON object')
    expect(reasonFor({ time: 1 })).toBe('no type')
    expect(reasonFor({ ...param, time: 1.5 })).toContain('time is not an integer number of microseconds')
    expect(reasonFor({ ...param, key: undefined })).toBe('param: key is missing')
    expect(reasonFor({ ...param, key: 'x'.repeat(limits.nameLengthMax + 1) })).toContain(
      'text of 1 to 512 characters',
    )
    expect(reasonFor({ ...param, valueType: 'complex' })).toContain('one of int, float')
    expect(reasonFor({ ...param, value: 'x'.repeat(limits.eventBytesMax) })).toContain('more than')
  })

  it('of random bytes never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeEvent(bytes).kind).toBe('bad')
      }),
      { seed: 5 },
    )
  })
})
