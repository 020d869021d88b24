import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StopOutcome } from '@provloom/shared'
import { TestHouse, readJson } from './support/house.ts'
import { params, points, rankEnd, rankStart, series } from './support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

test('takes a run from hello to a finished directory', async () => {
  const aggregator = await house.started({ saveAfterNLogs: 10 })
  const peer = house.peer(aggregator.connection)
  const welcome = await peer.welcome()
  expect(welcome.runDir).toBe(house.runDir())
  expect(readJson(path.join(welcome.runDir, 'run.json'))).toMatchObject({
    runId: welcome.runId,
    finished: false,
  })
  await peer.store('worker-1', [rankStart(), ...params(0, 25), series(1, 'loss')], points(1, 0, 100))
  await peer.store('worker-1', [rankEnd()])
  await peer.bye()
  const finished = await house.status('run-finished')
  expect(finished.summary).toMatchObject({
    status: 'completed',
    logs: 125,
    total: { sent: 128, stored: 128, dropped: 0 },
  })
  expect(fs.readdirSync(welcome.runDir).sort()).toEqual(['artifacts', 'metrics', 'prov.json', 'run.json'])
  expect(readJson(path.join(welcome.runDir, 'run.json'))).toMatchObject({
    finished: true,
    status: 'completed',
  })
  expect(fs.readFileSync(path.join(welcome.runDir, 'prov.json'), 'utf8')).toContain('p24')
  await aggregator.done
})

test('draws the graph when a rank asks for a picture, and lists what it wrote', async () => {
  const aggregator = await house.started()
  const peer = house.peer(aggregator.connection)
  const { runDir } = await peer.welcome()
  await peer.store('worker-1', [rankStart(), ...params(0, 3), rankEnd()])
  await peer.bye({ createSvg: true })
  const { files } = await house.status('run-finished')
  expect(files).toEqual(['prov.json', 'prov.dot', 'prov.svg'])
  expect(fs.readFileSync(path.join(runDir, 'prov.dot'), 'utf8')).toContain('digraph')
  expect(fs.readFileSync(path.join(runDir, 'prov.svg'), 'utf8')).toContain('<svg')
  expect(readJson(path.join(runDir, 'run.json'))).toMatchObject({ files })
})

test('marks ranks that had not ended when it was told to stop', async () => {
  const aggregator = await house.started({ createGraph: true })
  const peer = house.peer(aggregator.connection)
  const { runDir } = await peer.welcome()
  await peer.store('worker-1', [rankStart(), ...params(0, 3)])
  expect(await aggregator.stop(60_000, 200)).toEqual({ kind: 'drained' })
  const { summary } = await house.status('run-finished')
  expect(summary.ranks).toMatchObject([{ rank: 0, status: 'incomplete' }])
  expect(fs.readdirSync(runDir).sort()).toEqual([
    '.reopening',
    'artifacts',
    'metrics',
    'prov.dot',
    'prov.json',
    'run.json',
  ])
})

test('lets ranks end that are about to when it is told to stop', async () => {
  const aggregator = await house.started()
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  await peer.store('worker-1', params(0, 3))
  const stopped = aggregator.stop(20_000)
  await peer.store('worker-1', [rankEnd()])
  await peer.bye()
  expect(await stopped).toEqual({ kind: 'drained' })
  expect((await house.status('run-finished')).summary.status).toBe('completed')
})

test('lets a rank end that was being admitted when it is told to stop', async () => {
  const aggregator = await house.started()
  const peer = house.peer(aggregator.connection)
  const stopped = new Promise<StopOutcome>((resolve) => {
    aggregator.listen(({ kind }) => {
      if (kind === 'run-opened') resolve(aggregator.stop(20_000))
    })
  })
  await peer.welcome()
  await peer.store('worker-1', [...params(0, 3), rankEnd()])
  await peer.bye()
  expect(await stopped).toEqual({ kind: 'drained' })
  expect((await house.status('run-finished')).summary.status).toBe('completed')
})

test('tells all who listen, each until it has had enough', async () => {
  const heard: [who: string, kind: string][] = []
  const aggregator = house.aggregator()
  aggregator.listen(({ kind }) => heard.push(['one', kind]))
  const enough = aggregator.listen(({ kind }) => heard.push(['other', kind]))
  await aggregator.start()
  enough()
  await house.peer(aggregator.connection).welcome()
  expect(heard.slice(0, 3)).toEqual([
    ['one', 'listening'],
    ['other', 'listening'],
    ['one', 'run-opened'],
  ])
  expect(house.told[0]?.kind).toBe('listening')
})
