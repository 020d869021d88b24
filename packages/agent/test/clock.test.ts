import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { agentFor, worker } from './support/agents.ts'
import { freshFolder } from './support/place.ts'
import { ScriptedAggregator } from './support/scripted-aggregator.ts'

const running: ScriptedAggregator[] = []
afterEach(() => {
  for (const one of running.splice(0)) one.stop()
})

const hourUs = 3_600_000_000

/** The system's clock, whose wall time somebody sets at every look. */
function wildClock(offsetsUs: readonly number[]): Clock {
  const system = systemClock()
  let looks = 0
  return {
    nowUs: () => Math.max(0, system.nowUs() + offsetsUs[looks++ % offsetsUs.length]!),
    monotonicMs: () => system.monotonicMs(),
    after: (delayMs, task) => system.after(delayMs, task),
  }
}

test('a rank whose clock is set again and again delivers all in order, and tells how far it is off', async () => {
  const saveDir = freshFolder()
  const one = await new ScriptedAggregator(saveDir).start()
  running.push(one)
  const [go, on] = [path.join(saveDir, 'go'), path.join(saveDir, 'on')]
  const clock = wildClock([0, 5 * hourUs, -72 * hourUs, hourUs / 2, -1e15])
  const { agent } = agentFor(saveDir, worker('log-then-wait.mjs', '50', go, on), {
    clock,
    // A busy machine is not an aggregator that is gone.
    timing: { stalledMs: 60_000 },
  })
  await agent.start()
  const { received } = one
  await received.until(() => received.rows.length === 50)
  const greeted = one.hellos.length
  fs.writeFileSync(go, '')
  await received.until(() => received.rows.length === 100 && received.of('clock').length >= 3)
  fs.writeFileSync(on, '')
  expect(await agent.run()).toMatchObject({ kind: 'exited', code: 0, delivery: { kind: 'delivered' } })
  expect(received.rows.map(({ step }) => Number(step))).toEqual(Array.from({ length: 150 }, (_, i) => i))
  expect(received.of('rank.end')).toMatchObject([{ status: 'completed' }])
  // No clock that is set makes it greet anew.
  expect(one.hellos).toHaveLength(greeted)
  // Each clock event is of one of the offsets, as far as its uncertainty says.
  for (const { offsetUs, uncertaintyUs } of received.of('clock').filter((event) => event.offsetUs > -1e14)) {
    const off = [0, 5, -72, 0.5].map((hours) => Math.abs(offsetUs - hours * hourUs))
    expect(Math.min(...off)).toBeLessThanOrEqual(uncertaintyUs + 50_000)
  }
})

test('what is measured of the clock when all was said is in no ledger: nothing is counted that never comes', async () => {
  const saveDir = freshFolder()
  const one = await new ScriptedAggregator(saveDir, { latePulse: true }).start()
  running.push(one)
  const { agent } = agentFor(saveDir, worker('log-points.mjs', '50'))
  expect(await agent.run()).toMatchObject({ kind: 'exited', code: 0, delivery: { kind: 'delivered' } })
  const { ledger } = one.byes.at(-1)!
  const next = Object.fromEntries(Object.entries(ledger).map(([stream, { next }]) => [stream, next]))
  expect(one.received.next()).toMatchObject(next)
})
