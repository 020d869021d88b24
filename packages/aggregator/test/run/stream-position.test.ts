import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seq } from '@provloom/shared'
import type { Attempt, Envelope, Rank, RunId, StreamId } from '@provloom/shared'
import { recordsOf } from '@provloom/rundir/entry'
import { placeEnvelope } from '../../src/run/stream-position.ts'
import { params, points } from '../support/peer.ts'
import { encodeEvent } from '@provloom/shared'

/** Records `first` ... of a stream in which every third one is a param and the rest are points. */
function envelope(first: number, count: number, lost = 0): Envelope {
  const isEvent = (number: number): boolean => number % 3 === 0
  const numbers = Array.from({ length: count }, (_, i) => first + i)
  const events = numbers.filter(isEvent)
  const rows = points(1, 0, count - events.length)
  numbers.filter((number) => !isEvent(number)).forEach((number, row) => (rows.value[row] = number))
  return {
    runId: '01893d5e-5c00-7000-8000-000000000000' as RunId,
    rank: 0 as Rank,
    attempt: 0 as Attempt,
    session: 's',
    stream: 'w' as StreamId,
    first: seq(first),
    count,
    lost,
    eventIndex: Uint32Array.from(events, (number) => number - first),
    events: events.map((number) => encodeEvent(params(number, 1)[0]!)),
    points: rows,
  }
}

test('passes every record on once and in order, however often and in what pieces they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 60 }),
      (sendings) => {
        const position = { stored: 0, accepted: 0 }
        const passed: number[] = []
        for (const [first, count] of sendings) {
          const placing = placeEnvelope(position, envelope(first, count))
          if (placing.kind !== 'fits') continue
          const { events, points: rows } = recordsOf(placing.envelope)
          const numbers = [...events.map((one) => one.number), ...rows.value.map(Number)].sort(
            (a, b) => a - b,
          )
          passed.push(...numbers)
          position.accepted = placing.envelope.first + placing.envelope.count
        }
        expect(passed).toEqual(Array.from({ length: position.accepted }, (_, i) => i))
      },
    ),
    { seed: 11, numRuns: 300 },
  )
})

test('never takes an envelope that leaves a gap nobody has told', () => {
  const position = { stored: 5, accepted: 10 }
  expect(placeEnvelope(position, envelope(12, 3)).kind).toBe('ahead')
  expect(placeEnvelope(position, envelope(12, 3, 1)).kind).toBe('ahead')
  expect(placeEnvelope(position, envelope(12, 3, 2))).toMatchObject({ kind: 'fits', asReceived: true })
})

test('counts as lost only what is missing here', () => {
  const placing = placeEnvelope({ stored: 10, accepted: 10 }, envelope(12, 3, 7))
  expect(placing).toMatchObject({
    kind: 'fits',
    asReceived: false,
    envelope: { first: 12, count: 3, lost: 2 },
  })
})
