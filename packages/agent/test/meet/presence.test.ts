import { expect, test } from 'vitest'
import { decodeAgentMessage } from '@provloom/shared'
import type { Attempt, Rank } from '@provloom/shared'
import { Presence } from '../../src/meet/presence.ts'
import { defaultTiming } from '../../src/timing.ts'
import type { Outlet } from '../../src/outlet/outlet.ts'
import { Wake } from '../../src/wake.ts'
import { ManualClock } from '../support/clock.ts'
import { deferred } from '../support/place.ts'

const hour = 3_600_000

function leaving(ends: Parameters<Presence['leave']>[1]): {
  clock: ManualClock
  left: () => boolean
  go: () => void
} {
  const clock = new ManualClock()
  let awaySinceMs: number | undefined
  const presence = new Presence({
    clock,
    timing: defaultTiming,
    agent: 'a'.repeat(16),
    present: () => undefined,
    link: {
      wake: new Wake(clock),
      get awayMs() {
        return awaySinceMs === undefined ? 0 : clock.monotonicMs() - awaySinceMs
      },
    },
  })
  presence.note({ kind: 'connected' })
  let left = false
  void presence.leave('job-1', ends, false, clock.monotonicMs() + hour).then(() => {
    left = true
  })
  return { clock, left: () => left, go: () => (awaySinceMs = clock.monotonicMs()) }
}

test('an agent that leaves waits for the farewell of an aggregator that is there', async () => {
  const { clock, left } = leaving([])
  const begun = clock.monotonicMs()
  await clock.run(left, 500)
  expect(clock.monotonicMs() - begun).toBeGreaterThanOrEqual(hour)
})

test('an agent that leaves does not wait for an aggregator that has left', async () => {
  const { clock, left, go } = leaving([])
  go()
  const begun = clock.monotonicMs()
  await clock.run(left)
  expect(clock.monotonicMs() - begun).toBeLessThan(2 * defaultTiming.awayMs)
})

test('how places ended that were not collected is kept ready for an aggregator that is started again', async () => {
  const { clock, left, go } = leaving([{ rank: 1 as Rank, attempt: 0 as Attempt, status: 'completed' }])
  go()
  const begun = clock.monotonicMs()
  await clock.run(left, 500)
  expect(clock.monotonicMs() - begun).toBeGreaterThanOrEqual(hour)
})

function kindOf(frame: Uint8Array): string {
  const look = decodeAgentMessage(frame)
  return look.kind === 'message' ? look.message.kind : look.kind
}

test('an agent that leaves while it is saying that it is here says at once that it goes', async () => {
  const clock = new ManualClock()
  const place = { jobKey: 'job-1', rank: 2 as Rank, silent: false }
  const presence = new Presence({
    clock,
    timing: defaultTiming,
    agent: 'a'.repeat(16),
    present: () => place,
    link: { wake: new Wake(clock), awayMs: 0 },
  })
  const sent: string[] = []
  const sending = deferred()
  const outlet: Outlet = {
    send: async (frame) => {
      sent.push(kindOf(frame))
      await sending.promise
      return { kind: 'accepted' }
    },
    close: () => {},
  }
  presence.note({ kind: 'connected' })
  const saying = presence.step(outlet)
  void presence.leave('job-1', [], false, clock.monotonicMs() + hour)
  sending.resolve()
  expect(await saying).toBeLessThanOrEqual(1)
  await presence.step(outlet)
  expect(sent).toEqual(['present', 'gone'])
})
