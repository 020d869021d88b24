import { limits } from '@provloom/shared'
import { describe, expect, test } from 'vitest'
import { nameOf } from '../../src/client/name.ts'
import { typed } from '../../src/client/value.ts'

const shown = (value: unknown): [string, string] => {
  const { valueType, value: text } = typed(value)
  return [valueType, text]
}
const told = (value: unknown): string | undefined => typed(value).remark?.code
const parsed = (value: unknown): unknown => {
  const { valueType, value: text } = typed(value)
  expect(valueType).toBe('json')
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limits.valueBytesMax)
  return JSON.parse(text)
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/** Whoever asks it anything fails the test. */
function trap(): never {
  throw new Error('a stranger’s code was run')
}

class Trap {
  get getter(): never {
    return trap()
  }
  toString = trap
  toJSON = trap
  valueOf = trap;
  [Symbol.iterator] = trap;
  [Symbol.toPrimitive] = trap
}

function trappedProxy(target: object): object {
  return new Proxy(target, new Proxy({}, { get: trap }))
}

describe('a value without parts', () => {
  test.each([
    [new Number(3), ['int', '3']],
    [new String('a'), ['str', 'a']],
    [Object(2n ** 70n), ['int', String(2n ** 70n)]],
    [new Date(0), ['time', '1970-01-01T00:00:00.000Z']],
    [new Date(NaN), ['str', 'Invalid Date']],
    [new Date(-62_135_596_800_000), ['time', '0001-01-01T00:00:00.000Z']],
    [new Date(8.64e15), ['time', '275760-09-13T00:00:00.000Z']],
    [/a+/g, ['str', '/a+/g']],
    [new RangeError('why'), ['str', 'RangeError: why']],
    [new URL('https://example.org/a'), ['str', 'https://example.org/a']],
    [Symbol('s'), ['str', 'Symbol(s)']],
    [Trap, ['str', 'Trap']],
    [-(10n ** 4000n), ['int', `-1${'0'.repeat(4000)}`]],
  ])('%s keeps its type', (value, expected) => {
    expect(shown(value)).toEqual(expected)
  })

  test('is told where it is an integer that no reader takes for a number', () => {
    expect(told(1n << 1_000_000n)).toBe('VALUE_CUT')
  })

  test.each([
    ['x'.repeat(1_000_000)],
    ['😀'.repeat(100_000)],
    [`a${'€'.repeat(50_000)}`],
    ['\0'.repeat(100_000)],
  ])('is cut by bytes at a whole character', (value) => {
    const { value: text, remark } = typed(value)
    const bytes = Buffer.byteLength(text)
    expect(value.startsWith(text)).toBe(true)
    expect(bytes).toBeGreaterThanOrEqual(limits.valueBytesMax - 4)
    expect(bytes).toBeLessThanOrEqual(limits.valueBytesMax)
    expect(isWellFormed(text)).toBe(true)
    expect(remark?.words).toBe(`has ${value.length} characters; the first ${text.length} are recorded`)
  })

  test('with half of a surrogate pair shows it as what it is', () => {
    expect([shown('a\ud800b'), told('a\ud800b')]).toEqual([['str', 'a\\ud800b'], 'VALUE_CHANGED'])
  })
})

describe('a value with parts', () => {
  test('is JSON of what it holds, without functions and what is undefined', () => {
    expect(
      parsed({ a: [1, Infinity, null, undefined, 2n ** 70n], b: undefined, c: trap, d: new Date(0), e: -0 }),
    ).toEqual({ a: [1, 'INF', null, null, 2 ** 70], d: '1970-01-01T00:00:00.000Z', e: -0 })
    expect(parsed(new Set([1, 'a']))).toEqual([1, 'a'])
    expect(parsed(new Float32Array([0.5, 1]))).toEqual([0.5, 1])
    expect(typed({ ü: '測😀' }).value).toBe('{"ü":"測😀"}')
  })

  test('keeps keys two that have the same text', () => {
    const map = new Map<unknown, unknown>([
      [1, 'int'],
      ['1', 'text'],
      [{}, 1],
      [{}, 2],
      [null, 3],
      ['null', 4],
    ])
    expect(parsed(map)).toEqual({
      '1 (number)': 'int',
      '1': 'text',
      '<Object>': 1,
      '<Object> (Object)': 2,
      'null (object)': 3,
      null: 4,
    })
  })

  test('that holds itself is written once', () => {
    const config: Record<string, unknown> = { n: 1 }
    config['left'] = config['right'] = config
    expect(parsed(config)).toEqual({ n: 1, left: '<the same Object>', right: '<the same Object>' })
    expect(told(config)).toBe('VALUE_CUT')
  })

  test('costs no more than what is kept, however its parts are shared', () => {
    let shared: unknown = [1]
    for (let i = 0; i < 60; i++) shared = [shared, shared]
    const peers = Array.from({ length: 12 }, (): { peers: unknown } => ({ peers: undefined }))
    for (const one of peers) one.peers = peers
    for (const value of [shared, peers]) {
      const begin = process.cpuUsage()
      parsed(value)
      const { user } = process.cpuUsage(begin)
      expect(user).toBeLessThan(2_000_000)
      expect(told(value)).toBe('VALUE_CUT')
    }
  })

  test('says what is left out of it: valueBytesMax', () => {
    const list = parsed(Array.from({ length: 1_000_000 }, (_, i) => i))
    const last: unknown = Array.isArray(list) ? list.at(-1) : undefined
    expect(last).toMatch(/^\.\.\. \d+ more$/)
    expect(Buffer.byteLength(typed('x'.repeat(limits.valueBytesMax + 1)).value)).toBe(limits.valueBytesMax)
    const many = parsed(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key ${i}`, i])))
    expect(many).toMatchObject({ '...': expect.stringMatching(/^\d+ more$/) })
    const sparse: unknown[] = []
    sparse.length = 1e9
    expect(parsed(sparse)).toContain(null)
    expect(parsed(['\0'.repeat(100_000), 'next'])).toHaveLength(2)
  })

  test('is written out down to the deepest of valueLevelsMax levels', () => {
    let deep: unknown = []
    for (let i = 0; i < 100_000; i++) deep = [deep]
    const text = typed(deep).value
    expect(text).toBe(`${'['.repeat(limits.valueLevelsMax)}"<Array>"${']'.repeat(limits.valueLevelsMax)}`)
    expect(told(deep)).toBe('VALUE_CUT')
  })
})

describe('a stranger', () => {
  test('is read where it holds its values, and nothing of it is called', () => {
    expect(parsed(new Trap())).toEqual({})
    expect(
      parsed({
        get a() {
          return trap()
        },
        b: 1,
      }),
    ).toEqual({ a: '<not read>', b: 1 })
    expect(parsed([new Trap()])).toEqual([{}])
  })

  test.each([
    ['a proxy', trappedProxy({}), '<Proxy>'],
    ['a proxy of an array', trappedProxy([]), '<Proxy>'],
    ['a promise', Promise.resolve(1), '<Promise>'],
    ['an iterator of a map', new Map().entries(), undefined],
    ['a weak map', new WeakMap(), '<WeakMap>'],
  ])('that cannot be looked into is told: %s', (_, value, text) => {
    expect(told(value)).toBe('VALUE_NOT_READ')
    if (text !== undefined) expect(shown(value)).toEqual(['str', text])
    expect(told({ inside: [value] })).toBe('VALUE_NOT_READ')
  })

  test('whose prototype is a trap is a plain object', () => {
    const odd: object = Object.create(trappedProxy({}))
    Object.defineProperty(odd, 'self', { value: odd, enumerable: true })
    expect(parsed([odd])).toEqual([{ self: '<the same Object>' }])
  })

  test('that is a key of a map is told by its type', () => {
    const keys = new Map([trappedProxy({}), trappedProxy({}), new Trap()].map((key, i) => [key, i]))
    expect(parsed(keys)).toEqual({ '<Proxy>': 0, '<Proxy> (Proxy)': 1, '<Trap>': 2 })
  })

  test('that is a generator is not used up', () => {
    let used = 0
    const generator = (function* () {
      used++
      yield 1
    })()
    expect(told(generator)).toBe('VALUE_NOT_READ')
    expect(used).toBe(0)
  })
})

describe('a name', () => {
  test('that is long is cut and ends in a hash of all of it: nameLengthMax', () => {
    const long = [
      'x'.repeat(600),
      'x'.repeat(601),
      `${'x'.repeat(1e7)}y`,
      `${'x'.repeat(1e7)}z`,
      '😀'.repeat(257),
    ]
    const names = long.map((one) => nameOf(one) ?? '')
    expect(new Set(names).size).toBe(long.length)
    for (const one of names) {
      expect(one.length).toBeLessThanOrEqual(limits.nameLengthMax)
      expect(one).toMatch(/~[0-9a-f]{8}$/)
      expect(isWellFormed(one)).toBe(true)
    }
  })

  test('with half of a surrogate pair stays another than one with another half', () => {
    const names = ['a\ud800', 'a\ud801', 'a\\ud800', 'a'].map(nameOf)
    expect(new Set(names).size).toBe(4)
    for (const one of names) expect(isWellFormed(one ?? '')).toBe(true)
  })

  test('that only looks like another is kept as it is', () => {
    for (const one of ['café', 'cafe\u0301', 'Loss', 'loss', 'a b', 'a-b', 'a\tb', ' '])
      expect(nameOf(one)).toBe(one)
  })
})
