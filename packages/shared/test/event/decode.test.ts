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

it('names that differ in half of a surrogate pair alone stay different, and nothing behind the border has one', () => {
  const [one, other] = ['\\ud800', '\\ud801'].map((half) =>
    decodeEvent(
      Buffer.from(`{"type":"param","time":1,"key":"a${half}","valueType":"str","value":"v${half}"}`, 'utf8'),
    ),
  )
  expect(one).toMatchObject({ kind: 'event', event: { value: 'v\\ud800' } })
  expect(other).toMatchObject({ kind: 'event', event: { value: 'v\\ud801' } })
  const keys = [one, other].map((look) =>
    look?.kind === 'event' && look.event.type === 'param' ? look.event.key : '',
  )
  expect(new Set(keys).size).toBe(2)
  for (const key of keys) expect(/\p{Surrogate}/u.test(key)).toBe(false)
})

it.each([
  '0A1B2C3D-0000-1111-2222-333344445555',
  '0a1b2c3d-0000-1111-2222-333344445555',
  '0A1B2C3D000011112222333344445555',
])('a machine has one id, however it is written: %s', (hostId) => {
  const look = decodeEvent(
    Buffer.from(JSON.stringify({ type: 'clock', time: 1, host: 'n', hostId, offsetUs: 0, uncertaintyUs: 1 })),
  )
  expect(look).toMatchObject({ event: { hostId: '0a1b2c3d000011112222333344445555' } })
})

it('what is no boot id is a machine as it is', () => {
  const look = decodeEvent(
    Buffer.from('{"type":"clock","time":1,"host":"n","hostId":"Node-7","offsetUs":0,"uncertaintyUs":1}'),
  )
  expect(look).toMatchObject({ event: { hostId: 'Node-7' } })
})
