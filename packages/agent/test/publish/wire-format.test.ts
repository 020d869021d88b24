import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { decodeAggregatorMessage, decodeEnvelope, encodeEnvelope } from '@provloom/shared'

const page = fs.readFileSync(path.resolve(import.meta.dirname, '../../../../docs/wire-format.md'), 'utf8')
const examples = [...page.matchAll(/```hex\n([^`]*)```/g)].map((found) =>
  Buffer.from(found[1]!.replaceAll(/\s/g, ''), 'hex'),
)

test('the documented envelope reads as the page says, and is written byte for byte so', () => {
  const look = decodeEnvelope(examples[0]!)
  if (look.kind === 'bad') throw new Error(look.reason)
  const { envelope } = look
  expect(envelope).toMatchObject({
    runId: '019b76da-a800-7000-8000-000000000001',
    rank: 1,
    attempt: 0,
    session: '5e551011',
    stream: 'worker-4711-c0ffee00',
    first: 41,
    count: 3,
    lost: 0,
  })
  expect([...envelope.eventIndex]).toEqual([0])
  expect(JSON.parse(Buffer.from(envelope.events[0]!).toString())).toMatchObject({
    type: 'series',
    key: 'loss',
  })
  expect([...envelope.points.step]).toEqual([10n, 11n])
  expect([...envelope.points.value]).toEqual([0.5, 0.25])
  expect(envelope.points.time[1]! - envelope.points.time[0]!).toBe(500_000n)
  expect(encodeEnvelope(envelope).toString('hex')).toBe(examples[0]!.toString('hex'))
})

test('the documented acknowledgement reads as the page says', () => {
  expect(decodeAggregatorMessage(examples[1]!)).toEqual({
    kind: 'message',
    message: { kind: 'acks', session: '5e551011', next: { 'worker-4711-c0ffee00': 44 } },
  })
})
