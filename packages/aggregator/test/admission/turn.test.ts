import { expect, test } from 'vitest'
import { attemptOf, rankOf } from '@provloom/shared'
import { turnOf } from '../../src/admission/turn.ts'
import type { Held, Newcomer, TurnRun } from '../../src/admission/turn.ts'

const limits = { livingMs: 9_000, lostMs: 15_000 }
const heldBy = (silentMs: number): Held => ({
  session: 'first',
  worker: 'first',
  agent: 'first',
  attempt: attemptOf(0),
  told: attemptOf(0),
  state: 'open',
  startedUs: 1,
  status: undefined,
  silentMs,
  closing: false,
})

/** An open run whose rank 0 is held. */
const run = (silentMs: number, hasOthers: boolean): TurnRun => ({
  ordinal: 0,
  open: true,
  worldSize: undefined,
  highestAttempt: 0,
  reopenable: false,
  unheld: () => false,
  latest: (rank) => (rank === 0 ? heldBy(silentMs) : undefined),
  brokeOff: () => false,
  attemptGoesOn: () => true,
  attemptOf: () => undefined,
  isHeld: () => false,
  hasOthers: () => hasOthers,
})

const newcomer: Newcomer = {
  session: 'second',
  worker: 'second',
  agent: 'second',
  rank: rankOf(0),
  attempt: attemptOf(0),
  startedUs: 2,
  ordinal: 0,
  worldSize: undefined,
  alone: false,
  byHand: true,
  restarts: undefined,
}
const kindOf = (of: TurnRun, who: Partial<Newcomer> = {}): string =>
  turnOf({ ...newcomer, ...who }, new Map([[0, of]]), limits).kind

test('a rank 0 that a script always says has a run of its own beside another one of its shell, which lives or is silent', () => {
  expect(kindOf(run(0, false))).toBe('opens')
  expect(kindOf(run(60_000, false))).toBe('opens')
  expect(kindOf(run(0, false), { agent: 'first' })).toBe('conflict')
})

test('a rank that was said by hand twice in a run of several is told', () => {
  expect(kindOf(run(0, true))).toBe('conflict')
  expect(kindOf(run(0, false), { byHand: false, worldSize: 3 })).toBe('conflict')
  expect(kindOf(run(60_000, true))).toBe('enters')
})

test('another rank that was said by hand comes into the run', () => {
  expect(kindOf(run(0, false), { rank: rankOf(1) })).toBe('enters')
})
