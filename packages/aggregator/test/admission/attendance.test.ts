import { expect, test } from 'vitest'
import { attemptOf, limits, rankOf } from '@provloom/shared'
import type { Hello } from '@provloom/shared'
import { Attendance } from '../../src/admission/attendance.ts'
import type { AttendanceRooms } from '../../src/admission/attendance.ts'
import { Presence } from '../../src/admission/presence.ts'
import { Conversation } from '../../src/admission/conversation.ts'
import { Conversations } from '../../src/admission/conversations.ts'
import type { OpenRun } from '../../src/run/open-run.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'
import { ManualClock } from '../support/clock.ts'
import { rosterOf } from '../support/roster.ts'

const dayUs = 86_400_000_000

interface Scene {
  readonly clock: ManualClock
  readonly attendance: Attendance
  readonly presence: Presence
  /** How often the journal was to say that the rank is lost. */
  readonly lost: () => number
  readonly told: readonly string[]
}

/** One rank that is here and says nothing any more. */
function silentRank(write: () => Promise<number> = () => Promise.resolve(0)): Scene {
  const clock = new ManualClock()
  const told: string[] = []
  const entries: string[] = []
  const record = ({ kind }: { kind: string }): Promise<number> => {
    entries.push(kind)
    return write()
  }
  const run = { isEnding: false, facts: { runId: 'run' }, roster: rosterOf(true), record }
  const place = {
    run: run as unknown as OpenRun,
    attempt: attemptOf(0),
    phase: 'open',
    nowMs: clock.monotonicMs(),
  } as const
  const hello = { session: 's', rank: rankOf(0) } as Hello
  const conversations = new Conversations()
  conversations.add(new Conversation({ name: 'a' }, hello, place))
  const around = { clock, tell: ({ kind }: { kind: string }) => told.push(kind) } as unknown as Surroundings
  const presence = new Presence(clock)
  const rooms = { around, conversations, presence, onLeft: () => {} } as unknown as AttendanceRooms
  const attendance = new Attendance(rooms)
  return { clock, attendance, presence, lost: () => entries.filter((kind) => kind === 'lost').length, told }
}

test('a rank that is silent while it is listened to is lost', () => {
  const { clock, attendance, lost } = silentRank()
  for (let ms = 0; ms <= limits.lostAfterMs; ms += 250) {
    expect(lost()).toBe(0)
    clock.skip(250)
    attendance.tick(false)
  }
  expect(lost()).toBe(1)
})

test('a rank that is heard is not lost by a clock that is set, and a silent one is lost no later', () => {
  const { clock, attendance, lost } = silentRank()
  for (let ms = 0; ms <= limits.lostAfterMs; ms += 250) {
    expect(lost()).toBe(0)
    clock.jump(dayUs * (ms % 500 === 0 ? 3 : -5))
    clock.skip(250)
    attendance.tick(false)
  }
  expect(lost()).toBe(1)
})

test('nobody is lost while nothing is received for want of memory', () => {
  const { clock, attendance, lost } = silentRank()
  for (let ms = 0; ms < limits.lostAfterMs * 4; ms += 250) {
    clock.skip(250)
    attendance.tick(true)
  }
  expect(lost()).toBe(0)
})

test('a job is silent for as long as it was listened to, whoever stopped us, and from its last word on', () => {
  const { clock, attendance, presence } = silentRank()
  const pass = (ms: number): void => {
    clock.skip(ms)
    attendance.tick(false)
  }
  for (let ms = 0; ms < 5_000; ms += 250) pass(250)
  expect(presence.jobSilentMs('job')).toBe(5_000)
  // Stopped for an hour; what was said meanwhile is read first, or not before the next look.
  clock.skip(3_600_000)
  presence.present({ kind: 'present', session: 'a', agent: 'a', jobKey: 'other', silent: false })
  attendance.tick(false)
  expect([presence.jobSilentMs('job'), presence.jobSilentMs('other')]).toEqual([5_500, 0])
  expect(presence.any).toBe(true)
  for (let ms = 0; ms <= limits.lostAfterMs; ms += 250) pass(250)
  expect(presence.jobSilentMs('other')).toBe(limits.lostAfterMs + 250)
  expect(presence.any).toBe(false)
})

test('nobody is lost by an event loop that gets its turn every three seconds', () => {
  const { clock, attendance, lost } = silentRank()
  for (let ms = 0; ms < limits.lostAfterMs * 4; ms += 3_000) {
    clock.skip(3_000)
    attendance.tick(false)
  }
  expect(lost()).toBe(0)
})

test('a loss that cannot be written is nothing that anybody is told, and is written later', async () => {
  let isFull = true
  const { clock, attendance, lost, told } = silentRank(() =>
    isFull ? Promise.reject(new Error('no space')) : Promise.resolve(0),
  )
  const look = async (): Promise<void> => {
    clock.skip(250)
    attendance.tick(false)
    attendance.tick(false)
    await new Promise((resolve) => setImmediate(resolve))
  }
  while (lost() === 0) await look()
  await look()
  expect([lost(), told]).toEqual([2, []])
  isFull = false
  await look()
  expect([lost(), told]).toEqual([3, ['rank-lost']])
})
