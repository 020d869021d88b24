import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventOf } from '../../src/tensorboard/format/event.ts'
import type { Fact } from '../../src/tensorboard/format/fact.ts'
import { RecordCursor } from '../../src/tensorboard/format/record-cursor.ts'
import { halfOf } from '../../src/tensorboard/format/wire.ts'
import { dataPath } from '../../../../test/support/data.ts'
import { seedOf, tries } from '../../../../test/support/effort.ts'
import { eventWith, field, scalar } from '../support/event-file.ts'

/** What TensorFlow 2.21 wrote by tf.summary (test/data/README.md). */
function tf2(folder: string): { readonly step: number | bigint; readonly fact: Fact }[] {
  const [name = ''] = fs.readdirSync(dataPath(`tensorboard/${folder}`))
  const content = fs.readFileSync(path.join(dataPath(`tensorboard/${folder}`), name))
  const bytes = {
    size: content.length,
    read: (at: number, length: number) => content.subarray(at, at + length),
  }
  const cursor = new RecordCursor(0)
  const plugins = new Map<string, string>()
  const found: { readonly step: number | bigint; readonly fact: Fact }[] = []
  for (;;) {
    const step = cursor.next(bytes, true)
    if (step.kind !== 'record') return found
    const event = eventOf(Buffer.from(step.data), plugins)
    expect(event?.timeUs).toBeGreaterThan(1_700_000_000_000_000)
    for (const fact of event?.facts ?? []) found.push({ step: event!.step, fact })
  }
}

describe('what tf.summary writes', () => {
  const all = tf2('train')
  const scalars = (tag: string): [number | bigint, number][] =>
    all.flatMap(({ step, fact }) => (fact.kind === 'scalar' && fact.tag === tag ? [[step, fact.value]] : []))
  const files = (tag: string) =>
    all.flatMap(({ fact }) => (fact.kind === 'media' && fact.tag === tag ? [fact] : []))

  it('has its scalars, of floats, doubles and integers', () => {
    const steps = Array.from({ length: 20 }, (_, n) => n)
    expect(scalars('loss')).toEqual(steps.map((n) => [n, Math.fround(1 / (n + 1))]))
    expect(scalars('f64')).toEqual(steps.map((n) => [n, Math.fround(n / 3)]))
    expect(scalars('i')).toEqual(steps.map((n) => [n, n]))
    expect(tf2('validation')).toHaveLength(4)
  })

  it('has its hyperparameters, numbers as the doubles that they are', () => {
    expect(all.filter(({ fact }) => fact.kind === 'hparams').map(({ fact }) => fact)).toEqual([
      {
        kind: 'hparams',
        params: expect.arrayContaining([
          { name: 'lr', valueType: 'float', value: '0.1' },
          { name: 'layers', valueType: 'float', value: '3' },
          { name: 'opt', valueType: 'str', value: 'adam' },
          { name: 'amp', valueType: 'bool', value: 'true' },
        ]),
      },
    ])
  })

  it('has its text, a table’s cells between tabs', () => {
    expect(files('note').map(({ bytes }) => bytes.toString())).toEqual(['hello **world**'])
    expect(files('table').map(({ bytes }) => bytes.toString())).toEqual(['a\tb\nc\td'])
  })

  it('has its images and sounds as they were encoded, of several each', () => {
    expect(files('pic').map(({ index, mediaType }) => [index, mediaType])).toEqual([
      [0, 'image/png'],
      [1, 'image/png'],
    ])
    expect(files('tone').map(({ index, mediaType }) => [index, mediaType])).toEqual([
      [undefined, 'audio/wav'],
    ])
  })

  it('has its histograms: buckets from, to, and how many', () => {
    const [found] = files('weights')
    const { buckets } = JSON.parse(found!.bytes.toString()) as { buckets: [number, number, number][] }
    expect(buckets).toHaveLength(5)
    expect(buckets[0]?.[0]).toBe(-1)
    expect(buckets.reduce((sum, [, , count]) => sum + count, 0)).toBe(100)
  })
})

it('steps are 64 bits, values as they are: NaN, infinities, -0', () => {
  const plugins = new Map<string, string>()
  const far = eventOf(scalar('a', Infinity, 2n ** 62n), plugins)
  expect([far?.step, far?.facts]).toEqual([2n ** 62n, [{ kind: 'scalar', tag: 'a', value: Infinity }]])
  expect(eventOf(scalar('a', Number.NaN, -3), plugins)).toMatchObject({
    step: -3,
    facts: [{ value: Number.NaN }],
  })
  expect(eventOf(scalar('a', -0, 1), plugins)?.facts).toEqual([{ kind: 'scalar', tag: 'a', value: -0 }])
})

it('a time that can be none is none', () => {
  for (const seconds of [Number.NaN, -5, 0, 1e30, Infinity])
    expect(eventOf(scalar('a', 1, 1, seconds), new Map())?.timeUs).toBeUndefined()
})

it('fields that are not known are passed over, of any type', () => {
  const more = Buffer.concat([
    field(100, 5n),
    field(101, { double: 1 }),
    field(102, { float: 1 }),
    field(103, Buffer.from('x')),
  ])
  const value = Buffer.concat([more, field(1, Buffer.from('a')), more, field(2, { float: 2 }), more])
  const event = Buffer.concat([more, eventWith(value, 1_700_000_000, 7), more])
  expect(eventOf(event, new Map())).toMatchObject({ step: 7, facts: [{ tag: 'a', value: 2 }] })
})

it('a tag need say its plugin only once a file', () => {
  const metadata = field(9, field(1, field(1, Buffer.from('pr_curves'))))
  const tensor = field(8, Buffer.concat([field(1, 1n), field(5, { float: 1 })]))
  const tag = field(1, Buffer.from('curve'))
  const plugins = new Map<string, string>()
  const first = eventOf(eventWith(Buffer.concat([tag, metadata, tensor]), 1_700_000_000, 1), plugins)
  const later = eventOf(eventWith(Buffer.concat([tag, tensor]), 1_700_000_000, 2), plugins)
  expect([first?.facts, later?.facts]).toEqual([[], []])
  // Whoever has not read that takes a single number for a scalar.
  expect(eventOf(eventWith(Buffer.concat([tag, tensor]), 1_700_000_000, 2), new Map())?.facts).toHaveLength(1)
})

it('halves of a float are what IEEE 754 says', () => {
  expect([0x3c00, 0xc000, 0x0001, 0x7c00, 0x8000].map(halfOf)).toEqual([1, -2, 2 ** -24, Infinity, -0])
  expect(halfOf(0x7e00)).toBeNaN()
})

it('bytes that are no event are none, whatever they are: nothing throws, nothing hangs', () => {
  const seed = scalar('loss', 0.5, 12)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.tuple(fc.nat(seed.length - 1), fc.nat(255)).map(([at, byte]) => {
          const changed = Buffer.from(seed)
          changed[at] = byte
          return changed
        }),
        fc.nat(seed.length).map((length) => seed.subarray(0, length)),
      ),
      (bytes) => {
        const event = eventOf(bytes, new Map())
        for (const fact of event?.facts ?? []) expect(fact.kind).toBeTypeOf('string')
      },
    ),
    { seed: seedOf(41_010), numRuns: tries(3_000) },
  )
})
