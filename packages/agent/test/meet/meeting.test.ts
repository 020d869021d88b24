import path from 'node:path'
import { expect, test } from 'vitest'
import type { StartFailure } from '@provloom/shared'
import { Meeting } from '../../src/meet/meeting.ts'
import { ManualClock } from '../support/clock.ts'
import { freshFolder } from '../support/place.ts'

const failure: StartFailure = { message: 'port 1 is taken [BIND_FAILED]', hint: 'Choose another.' }
const reason = `no aggregator could be started: ${failure.message}`

/** Agents of one job, whose aggregators fare as `fates` says, one after the other, and listen beyond these. */
function job(...fates: readonly StartFailure[]) {
  const [clock, saveDir] = [new ManualClock(), path.join(freshFolder(), 'prov')]
  const generations: number[] = []
  const agent = (mayStart = true) => {
    const [told, reasons]: [string[], (string | undefined)[]] = [[], []]
    const meeting = new Meeting({
      clock,
      named: undefined,
      spoolRoot: path.join(saveDir, 'spool'),
      start: ({ generation }) => Promise.resolve(fates[generations.push(generation) - 1]),
      listener: (event) => {
        if (event.kind === 'trouble') told.push(event.message)
        else reasons.push(event.reason)
      },
    })
    meeting.add({ keys: ['job'], saveDir, mayStart, environment: {} })
    return { meeting, told, reasons }
  }
  /** So many looks of all agents. */
  const looks = async (times: number): Promise<void> => {
    let looked = 0
    await clock.run(() => looked++ >= times, 250)
  }
  return { agent, looks, generations }
}

test('all agents of a job are told once why their aggregator could not be started, by the one that tried', async () => {
  const { agent, looks, generations } = job(failure, failure)
  const agents = [agent(), agent(), agent(false)]
  await looks(40)
  expect(generations).toEqual([0])
  for (const { told, reasons } of agents)
    expect([told, reasons]).toEqual([[`${reason}. ${failure.hint}`], [reason]])
})

test('an agent that comes later tries at once, for what was wrong may be mended, and tells nothing of before', async () => {
  const { agent, looks, generations } = job(failure)
  agent()
  await looks(4)
  const later = agent()
  await looks(4)
  expect(generations).toEqual([0, 1])
  expect([later.told, later.reasons]).toEqual([[], []])
})
