import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { connectionFile } from '@provloom/shared'
import { createAgent } from '../../src/index.ts'
import { digestFolder, placeBelow } from '../../src/artifact/store.ts'
import { agentFor, brisk, worker } from '../support/agents.ts'
import { freshFolder } from '../support/place.ts'
import { ScriptedAggregator } from '../support/scripted-aggregator.ts'
import type { Script } from '../support/scripted-aggregator.ts'

const running: ScriptedAggregator[] = []
afterEach(() => {
  for (const one of running.splice(0)) one.stop()
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

async function runWith(artifacts: readonly object[], script: Script = {}): Promise<ScriptedAggregator> {
  const saveDir = freshFolder()
  const one = await new ScriptedAggregator(saveDir, script).start()
  running.push(one)
  const { agent } = agentFor(saveDir, worker('log-artifacts.mjs', JSON.stringify(artifacts)))
  expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
  return one
}

describe('a logged file', () => {
  test('that is to be copied lies in the run directory with size and checksum told', async () => {
    const { received, runDir } = await runWith([
      {
        name: 'notes.txt',
        path: '/gone/notes.txt',
        spooled: 'a1',
        copy: true,
        subfolder: 'docs',
        content: 'hello',
      },
    ])
    const stored = 'artifacts/rank0/docs/notes.txt'
    expect(received.of('artifact.stored')).toMatchObject([
      { number: 1, size: 5, sha256: sha256('hello'), stored },
    ])
    expect(fs.readFileSync(path.join(runDir, stored), 'utf8')).toBe('hello')
    expect(fs.readdirSync(path.join(runDir, 'artifacts/rank0/docs'))).toEqual(['notes.txt'])
  })

  test('of a name that is taken is kept beside it; the same content is kept once', async () => {
    const one = { name: 'model.pt', path: '/gone', copy: true }
    const { received } = await runWith([
      { ...one, spooled: 'a1', content: 'first' },
      { ...one, spooled: 'a2', content: 'second' },
      { ...one, spooled: 'a3', content: 'first' },
    ])
    expect(received.of('artifact.stored').map((event) => event.stored)).toEqual([
      'artifacts/rank0/model.pt',
      'artifacts/rank0/model-2.pt',
      'artifacts/rank0/model.pt',
    ])
  })

  test('whose name leads out of the run directory is hashed and not copied', async () => {
    const { received, runDir } = await runWith([
      { name: '../../out.txt', path: '/gone', spooled: 'a1', copy: true, content: 'x' },
      { name: 'x', path: '/gone', spooled: 'a2', copy: true, subfolder: '../..', content: 'x' },
    ])
    for (const event of received.of('artifact.stored')) {
      expect(event).toMatchObject({
        sha256: sha256('x'),
        problem: 'not copied: its name leads out of the run directory',
      })
      expect(event.stored).toBeUndefined()
    }
    expect(fs.readdirSync(runDir)).toEqual(['run.json'])
  })

  test('that is not there is told as a problem', async () => {
    const { received } = await runWith([{ name: 'a', path: '/nowhere/at/all', copy: true }])
    expect(received.of('artifact.stored')[0]?.problem).toContain('/nowhere/at/all')
  })

  test('whose event is read again after a lost envelope is stored once', async () => {
    const { received, runDir } = await runWith(
      [{ name: 'a.txt', path: '/gone', spooled: 'a1', copy: true, content: 'x' }],
      { fate: (_, nth) => (nth < 2 ? 'retry' : 'take') },
    )
    expect(received.of('artifact.stored')).toHaveLength(1)
    expect(fs.readdirSync(path.join(runDir, 'artifacts/rank0'))).toEqual(['a.txt'])
  })

  test('that waits in a kept spool is stored when the spool is imported', async () => {
    const saveDir = freshFolder()
    const artifact = { name: 'a.txt', path: '/gone', spooled: 'a1', copy: true, content: 'later' }
    const outcome = await agentFor(
      saveDir,
      worker('log-artifacts.mjs', JSON.stringify([artifact])),
    ).agent.run()
    if (outcome.kind === 'not-started' || outcome.delivery.kind !== 'kept') throw new Error(outcome.kind)
    const one = await new ScriptedAggregator(saveDir).start()
    running.push(one)
    const [session = ''] = outcome.delivery.folders
    await createAgent({
      mode: { kind: 'drain', session },
      environment: {},
      options: { connection: connectionFile(saveDir, 'default') },
      timing: brisk,
    }).run()
    expect(one.received.of('artifact.stored')).toMatchObject([{ sha256: sha256('later') }])
    expect(fs.existsSync(session)).toBe(false)
  })
})

test('a folder’s checksum is over its files’, as sha256sum lists them', async () => {
  const folder = freshFolder()
  fs.mkdirSync(path.join(folder, 'b'))
  fs.writeFileSync(path.join(folder, 'b', 'c'), 'two')
  fs.writeFileSync(path.join(folder, 'a'), 'one')
  expect(await digestFolder(folder)).toEqual({
    size: 6,
    sha256: sha256(`${sha256('one')}  a\n${sha256('two')}  b/c\n`),
  })
})

test.each([
  ['a.txt', undefined, '/run/a.txt'],
  ['a/b.txt', 'sub', '/run/sub/a/b.txt'],
  ['/etc/passwd', undefined, '/run/etc/passwd'],
  ['../a', undefined, undefined],
  ['a', '../x', undefined],
  ['.', undefined, undefined],
  ['a\0b', undefined, undefined],
])('the place of %j below the subfolder %j is %j', (name, subfolder, place) => {
  expect(placeBelow('/run', subfolder, name)).toBe(place)
})
