import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Counts } from '../../src/tree/counts.ts'
import { treeFolderAt } from '../../src/tree/folder.ts'
import { startOf } from '../../src/tree/processes.ts'
import { freshFolder } from '../support/place.ts'

const counted = { worker: 'w', rank: 0, attempt: 0, experimentName: 'sweep' }

test('an agent goes on counting where the one before it was killed, and counts no session twice', () => {
  const tree = treeFolderAt(freshFolder())
  const killed = new Counts(tree)
  expect(killed.ordinalOf('a', counted)).toBe(0)
  killed.forget('a')
  expect(killed.ordinalOf('b', counted)).toBe(1)
  const next = new Counts(tree)
  expect(next.ordinalOf('b', counted)).toBe(1)
  expect(next.ordinalOf('c', counted)).toBe(2)
  expect(next.ordinalOf('d', { ...counted, experimentName: 'other' })).toBe(0)
  expect(next.ordinalOf('e', { ...counted, attempt: 1 })).toBe(0)
})

test('sessions that are gone leave nothing behind but their number', () => {
  const tree = treeFolderAt(freshFolder())
  const counts = new Counts(tree)
  for (let i = 0; i < 100; i++) {
    counts.ordinalOf(`s${i}`, counted)
    if (i < 99) counts.forget(`s${i}`)
  }
  const text = fs.readFileSync(path.join(tree.root, 'counts.json'), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ ordinals: { s99: 99 } })
  expect(text.length).toBeLessThan(200)
})

test.each(['', '{', '[]', '{"counts":{"x":-1},"ordinals":7}'])(
  'counts.json of %j is as if there were none',
  (text) => {
    const tree = treeFolderAt(freshFolder())
    fs.writeFileSync(path.join(tree.root, 'counts.json'), text)
    expect(new Counts(tree).ordinalOf('a', counted)).toBe(0)
  },
)

test("a worker stays the same when its tree's founder is killed between two of its sessions", () => {
  const environment = { RANK: '3' }
  const sleeps = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { env: environment })
  onTestFinished(() => void sleeps.kill('SIGKILL'))
  const pid = sleeps.pid!
  // A number that no process has.
  const founder = 2 ** 22 + 7
  const session = { pid, start: startOf(pid), pidNamespace: 0, environment, openedUs: 1, seq: 0, host: 'h' }
  const more = { session: 's', hostId: 'h', uid: 0, argv: [], executable: '', directory: '/' }
  const facts = {
    createdUs: 1,
    key: `local-h.${founder}.9`,
    launcherMark: '',
    host: 'h',
    hostId: 'h',
    uid: 0,
  }
  const tree = { ...facts, pid: founder, start: 9, pidNamespace: 0, by: 'agent', version: '1' } as const
  const folder = treeFolderAt(freshFolder())
  const before = new Counts(folder)
  const seen = { ...session, ...more, parents: [[founder, 9] as const] }
  expect(before.workerOf(seen, tree)).toBe(tree.key)
  before.ordinalOf('s', counted)
  const orphan = { ...seen, parents: [[1, startOf(1)] as const] }
  expect(new Counts(folder).workerOf(orphan, tree)).toBe(tree.key)
  expect(new Counts(treeFolderAt(freshFolder())).workerOf(orphan, tree)).toBe(`h.${pid}.${startOf(pid)}`)
})
