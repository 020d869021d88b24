import fs from 'node:fs'
import path from 'node:path'
import { systemClock, systemFiles } from '@provloom/shared'
import { expect, test } from 'vitest'
import { detectPlace } from '../../src/rank/detect.ts'
import { Recorder } from '../../src/sources/recorder.ts'
import { spoolFolderAt } from '../../src/spool/folder.ts'
import { OwnStream } from '../../src/spool/own-stream.ts'
import { readOnlyStream } from '../client/spool.ts'
import { agentFor } from '../support/agents.ts'
import { freshFolder } from '../support/place.ts'
import { ScriptedAggregator } from '../support/scripted-aggregator.ts'

/** A recorder whose command is run by an interpreter that tells of itself when the file `go` is there. */
function recorderIn(folder: string): Recorder {
  const python = path.join(folder, 'python3')
  const told = '{"interpreter": "here", "version": "CPython 9.9", "packages": {"a": "1"}}'
  const program = `#!/bin/sh\nuntil [ -e ${folder}/go ]; do sleep 0.01; done\necho '${told}'\n`
  fs.writeFileSync(python, program, { mode: 0o700 })
  const spool = spoolFolderAt(path.join(folder, 'spool'))
  fs.mkdirSync(spool.streams, { recursive: true })
  return new Recorder({
    clock: systemClock(),
    own: new OwnStream(systemClock(), systemFiles(), spool),
    place: detectPlace({}, undefined),
    variables: { PATH: process.env['PATH'] },
    argv: [python, 'train.py'],
    directory: folder,
    sampleIntervalMs: 0,
    version: '0',
  })
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('the end waits for an interpreter that has not yet told of itself', async () => {
  const folder = freshFolder()
  const recorder = recorderIn(folder)
  recorder.begin(process.pid)
  let over = false
  const ended = recorder.end(new Promise(() => {})).then(() => (over = true))
  await turns()
  expect(over).toBe(false)
  fs.writeFileSync(path.join(folder, 'go'), '')
  await ended
  const { events } = await readOnlyStream(path.join(folder, 'spool'))
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'environment', version: 'CPython 9.9', packages: { a: '1' } }),
  )
  expect(events.filter((event) => event.type === 'problem' && event.code === 'FACTS')).toEqual([])
})

test('the end does not wait longer than it is told to, and says what is missing', async () => {
  const folder = freshFolder()
  const recorder = recorderIn(folder)
  recorder.begin(process.pid)
  await recorder.end(Promise.resolve())
  const { events } = await readOnlyStream(path.join(folder, 'spool'))
  const [environment] = events.filter((event) => event.type === 'environment')
  expect(environment).toMatchObject({ platform: expect.any(String) })
  expect(environment).not.toHaveProperty('version')
  expect(events).toContainEqual(
    expect.objectContaining({ code: 'FACTS', message: expect.stringContaining('version and packages') }),
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
