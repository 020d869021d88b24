import fs from 'node:fs'
import path from 'node:path'
import { limits, systemClock } from '@provloom/shared'
import { expect, test } from 'vitest'
import { findPlace } from '../../src/place/place.ts'
import { sightOf } from '../../src/place/sight.ts'
import { sessionFolderAt } from '../../src/session/folder.ts'
import { SourceRecords } from '../../src/session/source-records.ts'
import { EventSources } from '../../src/source/event-source.ts'
import type { EventSource, SourceWriter } from '../../src/source/event-source.ts'
import { Sources } from '../../src/source/sources.ts'
import { WorkerFacts } from '../../src/source/worker-facts.ts'
import { OwnStream } from '../../src/spool/own-stream.ts'
import { readOnlyStream } from '../client/spool.ts'
import { defaultTiming } from '../../src/timing.ts'
import { agentFor } from '../support/agents.ts'
import { ManualClock } from '../support/clock.ts'
import { freshFolder } from '../support/place.ts'
import { ScriptedAggregator } from '../support/scripted-aggregator.ts'

interface Scene {
  readonly sources: EventSources
  readonly clock: ManualClock
  readonly tree: Sources
  readonly session: string
}

/** Where sources write, without a run that files would be kept in. */
function recordsIn(streams: string): SourceRecords {
  return new SourceRecords(new OwnStream(systemClock(), streams), { isBegun: false, keep: () => {} })
}

/** Of a session, what its sources are given. */
function asked(folder: string): Parameters<Sources['of']>[0] {
  return {
    place: findPlace(undefined, {}, sightOf({}, undefined)),
    variables: { PATH: process.env['PATH'] },
    pid: process.pid,
    hostId: 'a-boot-id',
    topPid: process.pid,
    argv: ['python3', 'train.py'],
    directory: folder,
    script: undefined,
    files: folder,
    figures: '/nowhere/energy.json',
    saveDir: folder,
    startedUs: 1,
    processUs: undefined,
    wantsEnergy: false,
  }
}

/** What is seen of a session whose interpreter tells of itself when the file `go` is there. */
function sceneIn(folder: string): Scene {
  const python = path.join(folder, 'python3')
  const told = '{"interpreter": "here", "version": "CPython 9.9", "packages": {"a": "1"}}'
  const program = `#!/bin/sh\nuntil [ -e ${folder}/go ]; do sleep 0.01; done\necho '${told}'\n`
  fs.writeFileSync(python, program, { mode: 0o700 })
  const { root, streams } = sessionFolderAt(path.join(folder, '0'.repeat(16)))
  const clock = new ManualClock()
  const tree = new Sources({ clock, timing: defaultTiming, sampleMs: 0, spoolRoot: folder })
  const sources = new EventSources(tree.of({ ...asked(folder), argv: [python, 'train.py'] }).all)
  sources.start(recordsIn(streams))
  return { sources, clock, tree, session: root }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('the end waits for an interpreter that has not yet told of itself', async () => {
  const folder = freshFolder()
  const { sources, session } = sceneIn(folder)
  let over = false
  const ended = sources.stop().then(() => (over = true))
  await turns()
  expect(over).toBe(false)
  fs.writeFileSync(path.join(folder, 'go'), '')
  await ended
  const { events } = await readOnlyStream(session)
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'environment', version: 'CPython 9.9', packages: { a: '1' } }),
  )
  // That a machine's energy cannot be counted is none either.
  expect(events.filter((event) => event.type === 'problem')).toEqual([])
})

test('the end does not wait longer than it is told to, and says what is missing', async () => {
  const folder = freshFolder()
  const { sources, clock, tree, session } = sceneIn(folder)
  const ended = sources.stop()
  clock.advance(limits.factsMs)
  await ended
  tree.stop()
  const { events } = await readOnlyStream(session)
  expect(events).toContainEqual(
    expect.objectContaining({ code: 'FACTS', message: expect.stringContaining('5 s were not enough') }),
  )
})

test('a source that throws is told of, and the others see the session to its end', async () => {
  const session = freshFolder()
  const fails: EventSource = {
    start: () => {
      throw new Error('no such sensor')
    },
    stop: () => Promise.reject(new Error('it is unplugged')),
  }
  let writer: SourceWriter | undefined
  const works: EventSource = {
    start: (given) => {
      writer = given
    },
    stop: async () => writer?.measure({ key: 'heat', source: 'lab', unit: 'K' }, 1, 300),
  }
  const sources = new EventSources([fails, works])
  sources.start(recordsIn(path.join(session, 'streams')))
  await sources.stop()
  const { events, points } = await readOnlyStream(session)
  expect(events.filter(({ type }) => type === 'problem')).toMatchObject([
    { message: 'some facts are missing: no such sensor' },
    { message: 'some facts are missing: it is unplugged' },
  ])
  expect(points).toMatchObject([{ key: 'heat', source: 'lab', step: 1n, value: 300 }])
})

test('interpreter and packages of a script that ends at once are recorded', async () => {
  const saveDir = freshFolder()
  const one = await new ScriptedAggregator(saveDir).start()
  try {
    await agentFor(saveDir, ['python3', '-c', 'pass']).agent.run()
    expect(one.received.of('environment')).toMatchObject([
      { interpreter: expect.any(String), version: expect.stringMatching(/^CPython 3/) },
    ])
  } finally {
    one.stop()
  }
})

test('a rank is told to work on no accelerator that its machine does not have', async () => {
  const variables = { RANK: '99', LOCAL_RANK: '99', WORLD_SIZE: '100', LOCAL_WORLD_SIZE: '100' }
  const place = findPlace(undefined, variables, sightOf(variables, undefined))
  expect(place.localRank).toBe(99)
  const { root, streams } = sessionFolderAt(path.join(freshFolder(), '0'.repeat(16)))
  const own = recordsIn(streams)
  const facts = new WorkerFacts({ ...asked(freshFolder()), place, variables })
  facts.start(own)
  const { events } = await readOnlyStream(root)
  expect(events.find(({ type }) => type === 'rank.start')).toMatchObject({ localRank: 99 })
  expect(events.find(({ type }) => type === 'rank.start')).not.toHaveProperty('devices')
})
