import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { statOf } from '@provloom/shared/process'
import { readSession, spoolFormat } from '../../src/session/facts.ts'
import { earlierOf } from '../../src/tree/earlier.ts'
import type { TreeFacts } from '../../src/tree/folder.ts'
import { startOf } from '../../src/tree/processes.ts'
import type { Found } from '../../src/tree/watch.ts'
import { freshFolder } from '../support/place.ts'

/** Numbers that no process has: two scripts, and the shell that ran them. */
const [first, second, shell] = [2 ** 22 + 1, 2 ** 22 + 2, 2 ** 22 + 3]

const sessionOf = (pid: number): string => pid.toString(16).padStart(16, '0')

function session(
  root: string,
  pid: number,
  openedUs: number,
  variables: Readonly<Record<string, string>> = {},
  parent: readonly number[] = [shell, 7],
): Found & { readonly tree: string } {
  const tree = path.join(root, `tree-${pid}`)
  const folder = path.join(tree, 'sessions', sessionOf(pid))
  fs.mkdirSync(path.join(folder, 'streams'), { recursive: true })
  const facts = {
    format: spoolFormat,
    seq: 0,
    pid,
    start: 7,
    pidNamespace: 0,
    parents: [parent],
    openedUs,
    experimentName: 'e',
    environment: { SLURM_PROCID: '1', SLURM_STEP_ID: '0', ...variables },
  }
  fs.writeFileSync(path.join(folder, 'session.json'), JSON.stringify(facts))
  return { tree, ...readSession(folder) }
}

function twoScripts(): { readonly tree: string; earlier(): ReturnType<typeof earlierOf> } {
  const root = freshFolder()
  const { tree } = session(root, first, 1_000)
  const later = session(root, second, 2_000)
  return { tree, earlier: () => earlierOf(later, { by: 'client' } as TreeFacts) }
}

test('a session comes after that of an earlier script, whose agent was started 20 s ago and is slow to come up', () => {
  const { tree, earlier } = twoScripts()
  const starting = path.join(tree, 'agent.starting.0')
  fs.writeFileSync(starting, '')
  const then = Date.now() / 1000 - 20
  fs.utimesSync(starting, then, then)
  expect(earlier()).toEqual({ pending: true, ordinal: 1 })
})

test('what else lies among the trees changes nothing', () => {
  const { tree, earlier } = twoScripts()
  for (const name of ['notes.txt', '.nfs0001'])
    fs.writeFileSync(path.join(path.dirname(tree), name), 'a file of somebody else')
  fs.mkdirSync(path.join(path.dirname(tree), 'meet'))
  expect(earlier()).toEqual({ pending: false, ordinal: 0 })
})

test('a session does not wait for one of an earlier script that nobody serves', () => {
  const { tree, earlier } = twoScripts()
  expect(earlier()).toEqual({ pending: false, ordinal: 0 })
  const starting = path.join(tree, 'agent.starting.0')
  fs.writeFileSync(starting, '')
  const then = Date.now() / 1000 - 60
  fs.utimesSync(starting, then, then)
  expect(earlier()).toEqual({ pending: false, ordinal: 0 })
})

test('a session comes behind that of an earlier script which ended and was given up, whenever that is handed in', () => {
  const { tree, earlier } = twoScripts()
  const stream = path.join(tree, 'sessions', sessionOf(first), 'streams', `worker-${first}-00`)
  fs.mkdirSync(stream)
  fs.writeFileSync(path.join(stream, '0.seg'), '{"type":"session.end"}')
  expect(earlier()).toEqual({ pending: false, ordinal: 1 })
})

test('a session comes behind that of an earlier script which was told its run', () => {
  const { tree, earlier } = twoScripts()
  const agent = { pid: process.ppid, start: startOf(process.ppid), host: os.hostname() }
  fs.writeFileSync(path.join(tree, 'agent.json'), JSON.stringify(agent))
  const told = { runId: '00000000-0000-4000-8000-000000000000', runDir: '/x', ordinal: 4 }
  fs.writeFileSync(path.join(tree, 'sessions', sessionOf(first), 'control.json'), JSON.stringify(told))
  expect(earlier()).toEqual({ pending: false, ordinal: 5 })
})

test('another rank of a torchrun in a Slurm step, which numbers both alike, does not come first', () => {
  const root = freshFolder()
  const { tree } = session(root, first, 1_000, { RANK: '0' })
  fs.writeFileSync(path.join(tree, 'agent.starting.0'), '')
  const earlier = (RANK: string): boolean =>
    earlierOf(session(root, second, 2_000, { RANK }), { by: 'client' } as TreeFacts).pending
  expect([earlier('0'), earlier('1')]).toEqual([true, false])
})

test.each(['becomes another program', 'ends', 'is about to end'])(
  'a session comes after that of an earlier script, whenever the shell that ran both %s',
  async (moment) => {
    const child = spawn('sleep', ['60'], { env: { SLURM_PROCID: '1', SLURM_STEP_ID: '0' } })
    await new Promise((resolve) => child.once('spawn', resolve))
    onTestFinished(() => void child.kill('SIGKILL'))
    const pid = child.pid!
    const root = freshFolder()
    const parent = [pid, startOf(pid)]
    const { tree } = session(root, first, 1_000, {}, parent)
    const later = session(root, second, 2_000, {}, parent)
    fs.writeFileSync(path.join(tree, 'agent.starting.0'), '')
    const read = fs.readFileSync.bind(fs)
    let looks = 0
    const seen = vi.spyOn(fs, 'readFileSync').mockImplementation((file, options) => {
      // About to end: its memory is gone, and whoever waits for it has not heard of it.
      if (moment === 'is about to end' && file === `/proc/${pid}/stat`)
        return String(read(file, options)).replace(/^((?:\S+ ){22})\d+/, '$10')
      if (moment === 'is about to end' && file === `/proc/${pid}/environ`) return ''
      if (file !== `/proc/${pid}/environ` || looks++ > 0) return read(file, options)
      if (moment === 'ends') {
        process.kill(pid, 'SIGKILL')
        // Nobody reaps it before this test goes on.
        while (statOf(pid)?.[0] !== 'Z');
      }
      return ''
    })
    const earlier = earlierOf(later, { by: 'client' } as TreeFacts)
    seen.mockRestore()
    if (moment !== 'is about to end') expect(looks).toBeGreaterThan(0)
    expect(earlier).toEqual({ pending: true, ordinal: 1 })
  },
)
