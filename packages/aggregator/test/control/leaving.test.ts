import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimGeneration, readConnection, startingFile } from '@provloom/shared'
import type { Aggregator } from '@provloom/aggregator'
import { TestHouse } from '../support/house.ts'
import { params, rankEnd } from '../support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

const folder = (): string => path.join(house.saveDir, '.provloom', 'test')

/** One that agents have started, at the moment when its only run is over and it says that it leaves. */
async function leaving(): Promise<Aggregator> {
  fs.mkdirSync(folder(), { recursive: true, mode: 0o700 })
  claimGeneration(folder(), 0)
  const aggregator = await house.started({ generation: 0 })
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  await peer.store('worker-1', [...params(0, 3), rankEnd()])
  await peer.bye()
  const { session, agent, jobKey } = peer.helloMessage()
  await peer.say({ kind: 'gone', session, agent, jobKey, ends: [] })
  await house.status('run-finished')
  await expect.poll(() => readConnection(aggregator.connectionFile)?.left, { interval: 5 }).toBe(true)
  return aggregator
}

test('an aggregator that leaves stays for whoever comes, as the next generation', async () => {
  const aggregator = await leaving()
  const late = house.peer(aggregator.connection, { jobKey: 'late' })
  expect(await late.welcome()).toMatchObject({ rank: 0 })
  expect(readConnection(aggregator.connectionFile)).toMatchObject({ generation: 1 })
  expect(readConnection(aggregator.connectionFile)).not.toHaveProperty('left')
  expect(fs.existsSync(startingFile(folder(), 1))).toBe(true)
})

test('an aggregator that leaves takes nobody in when the next is being started, and leaves that its files', async () => {
  const aggregator = await leaving()
  expect(claimGeneration(folder(), 1)).toBe(true)
  const late = house.peer(aggregator.connection, { jobKey: 'late' })
  await late.say(late.helloMessage())
  expect(await late.hear('welcome', 'later')).toMatchObject({ kind: 'later' })
  await aggregator.done
  await late.say(late.helloMessage())
  expect(await late.hear('welcome', 'later')).toMatchObject({ kind: 'later' })
  await aggregator.stop(0)
  expect(fs.existsSync(startingFile(folder(), 1))).toBe(true)
  expect(house.told.filter(({ kind }) => kind === 'run-opened')).toHaveLength(1)
})
