import { expect, test } from 'vitest'
import { rankOf } from '@provloom/shared'
import { Presence } from '../../src/admission/presence.ts'
import { ManualClock } from '../support/clock.ts'

test('each job of an agent that has sessions of several is heard by its own sessions, whichever began last', () => {
  const clock = new ManualClock()
  const presence = new Presence(clock)
  for (const jobKey of ['first', 'second']) presence.session({ agent: 'a', jobKey, rank: rankOf(0) })
  clock.advance(600_000)
  presence.heard('a', 'first')
  expect([presence.jobSilentMs('first'), presence.jobSilentMs('second')]).toEqual([0, 0])
  clock.advance(600_000)
  presence.heard('a', 'second')
  expect([presence.jobSilentMs('first'), presence.jobSilentMs('second')]).toEqual([600_000, 0])
})
