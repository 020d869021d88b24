import fs from 'node:fs'
import path from 'node:path'
import { limits, systemClock, systemFiles } from '@provloom/shared'
import { expect, test } from 'vitest'
import { findPlace } from '../../src/place/place.ts'
import { sightOf } from '../../src/place/sight.ts'
import { sessionFolderAt } from '../../src/session/folder.ts'
import { Facts } from '../../src/source/facts.ts'
import { Recorder } from '../../src/source/recorder.ts'
import { Sampler } from '../../src/source/sampler.ts'
import { OwnStream } from '../../src/spool/own-stream.ts'
import { readOnlyStream } from '../client/spool.ts'
import { agentFor } from '../support/agents.ts'
import { ManualClock } from '../support/clock.ts'
import { freshFolder } from '../support/place.ts'
import { ScriptedAggregator } from '../support/scripted-aggregator.ts'

interface Scene {
  readonly recorder: Recorder
  readonly clock: ManualClock
  readonly facts: Facts
  readonly streams: string
}

/** A recorder whose command is run by an interpreter that tells of itself when the file `go` is there. */
function sceneIn(folder: string): Scene {
  const python = path.join(folder, 'python3')
  const told = '{"interpreter": "here", "version": "CPython 9.9", "packages": {"a": "1"}}'
  const program = `#!/bin/sh\nuntil [ -e ${folder}/go ]; do sleep 0.01; done\necho '${told}'\n`
  fs.writeFileSync(python, program, { mode: 0o700 })
  const session = sessionFolderAt(path.join(folder, '0'.repeat(16)))
  fs.mkdirSync(session.streams, { recursive: true })
  const clock = new ManualClock()
  const facts = new Facts()
  const recorder = new Recorder({
    clock,
    own: new OwnStream(systemClock(), systemFiles(), session.streams),
    place: findPlace(undefined, {}, sightOf({}, undefined)),
    variables: { PATH: process.env['PATH'] },
    pid: process.pid,
    topPid: process.pid,
    argv: [python, 'train.py'],
    directory: folder,
    saveDir: folder,
    facts,
    sampler: new Sampler(clock, 0, () => ''),
    startedUs: 1,
  })
  recorder.begin(true)
  return { recorder, clock, facts, streams: session.streams }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('the end waits for an interpreter that has not yet told of itself', async () => {
  const folder = freshFolder()
  const { recorder, streams } = sceneIn(folder)
  let over = false
  const ended = recorder.end().then(() => (over = true))
  await turns()
  expect(over).toBe(false)
  fs.writeFileSync(path.join(folder, 'go'), '')
  await ended
  const { events } = await readOnlyStream(path.dirname(streams))
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'environment', version: 'CPython 9.9', packages: { a: '1' } }),
  )
  // That a machine's energy cannot be counted is none either.
  expect(events.filter((event) => event.type === 'problem')).toEqual([])
})

test('the end does not wait longer than it is told to, and says what is missing', async () => {
  const folder = freshFolder()
  const { recorder, clock, facts, streams } = sceneIn(folder)
  const ended = recorder.end()
  clock.advance(limits.factsMs)
  await ended
  facts.stop()
  const { events } = await readOnlyStream(path.dirname(streams))
  expect(events).toContainEqual(
    expect.objectContaining({ code: 'FACTS', message: expect.stringContaining('5 s were not enough') }),
  )
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
