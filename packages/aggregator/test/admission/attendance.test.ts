import { expect, test } from 'vitest'
import { limits } from '@provloom/shared'
import { Attendance } from '../../src/admission/attendance.ts'
import { Sessions } from '../../src/admission/session.ts'
import type { Session } from '../../src/admission/session.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'
import { ManualClock } from '../support/clock.ts'

const dayUs = 86_400_000_000

/** One rank that is here and says nothing any more. */
function silentRank(): { clock: ManualClock; attendance: Attendance; lost: () => boolean } {
  const clock = new ManualClock()
  const told: string[] = []
  const run = { ending: false, facts: { runId: 'run' }, record: () => Promise.resolve(0) }
  const state = { rank: 0, attempt: 0, lost: false, ended: false }
  const sessions = new Sessions()
  sessions.add({ id: 's', phase: 'open', run, state, heardMs: clock.monotonicMs() } as unknown as Session)
  const around = { clock, tell: ({ kind }: { kind: string }) => told.push(kind) } as unknown as Surroundings
  const attendance = new Attendance(
    around,
    sessions,
    () => {},
    () => {},
  )
  return { clock, attendance, lost: () => told.includes('rank-lost') }
}

test('a rank that is silent while it is listened to is lost', () => {
  const { clock, attendance, lost } = silentRank()
  for (let ms = 0; ms <= limits.lostAfterMs; ms += 250) {
    expect(lost()).toBe(false)
    clock.skip(250)
    attendance.tick(false)
  }
  expect(lost()).toBe(true)
})

test('a rank that is heard is not lost by a clock that is set, and a silent one is lost no later', () => {
  const { clock, attendance, lost } = silentRank()
  for (let ms = 0; ms <= limits.lostAfterMs; ms += 250) {
    expect(lost()).toBe(false)
    clock.jump(dayUs * (ms % 500 === 0 ? 3 : -5))
    clock.skip(250)
    attendance.tick(false)
  }
  expect(lost()).toBe(true)
})

test('nobody is lost while nothing is received for want of memory', () => {
  const { clock, attendance, lost } = silentRank()
  for (let ms = 0; ms < limits.lostAfterMs * 4; ms += 250) {
    clock.skip(250)
    attendance.tick(true)
  }
  expect(lost()).toBe(false)
})

test('nobody is lost by an event loop that gets its turn every three seconds', () => {
  const { clock, attendance, lost } = silentRank()
  for (let ms = 0; ms < limits.lostAfterMs * 4; ms += 3_000) {
    clock.skip(3_000)
    attendance.tick(false)
  }
  expect(lost()).toBe(false)
})
