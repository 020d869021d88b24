import { expect, test } from 'vitest'
import { countSession } from '../../src/place/ordinal.ts'
import type { Counted, SessionCounts } from '../../src/place/ordinal.ts'

const session: Counted = { worker: 'w', rank: 0, attempt: 0, experimentName: 'e' }

/** The ordinals of sessions, one after the other. */
function ordinals(sessions: readonly Counted[]): number[] {
  let counts: SessionCounts = new Map()
  return sessions.map((one) => {
    const { ordinal, after } = countSession(counts, one)
    counts = after
    return ordinal
  })
}

test('sessions of an experiment count from 0', () => {
  expect(ordinals([session, session, session])).toEqual([0, 1, 2])
})

test('each experiment, run name and rank counts for itself, and what comes between does not matter', () => {
  const other = { ...session, experimentName: 'f' }
  const named = { ...session, runName: 'fold-1' }
  const second = { ...session, rank: 1 }
  expect(ordinals([session, other, named, second, session, other, named, second])).toEqual([
    0, 0, 0, 0, 1, 1, 1, 1,
  ])
})

test('a new worker and a new attempt count from 0 again, and go on where they were', () => {
  const attempt = { ...session, attempt: 1 }
  const worker = { ...session, worker: 'v' }
  expect(ordinals([session, session, attempt, worker, session, attempt])).toEqual([0, 1, 0, 0, 2, 1])
})

test('names that would be one when put together stay two', () => {
  const a = { ...session, experimentName: 'a', runName: 'b,c' }
  const b = { ...session, experimentName: 'a,b', runName: 'c' }
  expect(
    ordinals([a, b, { ...session, experimentName: 'a', runName: '' }, { ...session, experimentName: 'a' }]),
  ).toEqual([0, 0, 0, 0])
})

test('counting leaves what was counted before as it was', () => {
  const before: SessionCounts = new Map()
  countSession(before, session)
  expect(before.size).toBe(0)
})
