import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effort, seedOf } from '../../../../test/support/effort.ts'
import { pack, unpack } from '../../src/wire/pack.ts'
import { unpackPlain } from '../../src/wire/unpack-plain.ts'

const text = fc
  .tuple(
    fc.constantFrom('', '\ufeff', '\ufeff\ufeff'),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.nat(5_000),
  )
  .map(([start, middle, length]) => start + middle + 'x'.repeat(length))

const leaf = fc.oneof(
  text,
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
)
const value = fc.letrec<{ all: unknown }>((tie) => ({
  all: fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie('all'), { maxLength: 20 }) },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.string({ maxLength: 40 }), tie('all'), {
        maxKeys: 20,
        noNullPrototype: true,
      }),
    },
  ),
})).all

test('any value is what was packed, with a byte order mark wherever it stands', () => {
  fc.assert(
    fc.property(value, (one) => {
      expect(unpack(pack(one))).toEqual(one)
    }),
    { numRuns: 300 * effort, seed: seedOf(20_261_128) },
  )
})

test('what is read without msgpackr is what it reads', () => {
  fc.assert(
    fc.property(value, (one) => {
      expect(unpackPlain(pack(one))).toEqual(one)
    }),
    { numRuns: 300 * effort, seed: seedOf(20_261_129) },
  )
})

test.each([63, 64, 65, 199, 200, 300, 70_000])(
  'a text of %i characters keeps a mark at its beginning',
  (length) => {
    const marked = `\ufeff${'a'.repeat(length - 1)}`
    expect(unpack(pack({ marked, list: [marked] }))).toEqual({ marked, list: [marked] })
  },
)

test('bytes that end too early are none, with a mark in them too', () => {
  const packed = pack({ one: `\ufeff${'a'.repeat(300)}` })
  for (const end of [packed.length - 1, packed.length - 250, 12])
    expect(unpack(packed.subarray(0, end))).toBeUndefined()
})
