import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { Workers } from '../../src/launch/workers.ts'

const root = path.resolve(import.meta.dirname, '../../../..')

// Agents are processes of their own, and run from what is built.
beforeAll(() => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/cli'], { cwd: root })
})

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-test-'))
  onTestFinished(() => removeFolder(made))
  return made
}

interface Made {
  readonly workers: Workers
  readonly told: string[]
}

function workersOf(
  script: string,
  ranks: number,
  environment: Readonly<Record<string, string>> = {},
  killAfterMs?: number,
): Made {
  const told: string[] = []
  const workers = new Workers({
    ranks,
    agentArgs: ['--provenance-save-dir', folder(), '--spool-root', folder()],
    command: ['sh', '-c', script],
    environment,
    ...(killAfterMs === undefined ? {} : { killAfterMs }),
    told: (message) => told.push(message),
  })
  return { workers, told }
}

test('a worker that does not end when another has failed is killed, whatever it does about signals', async () => {
  const script = `trap '' TERM; if [ $RANK = 1 ]; then exit 3; fi; while :; do sleep 0.1; done`
  const { workers, told } = workersOf(script, 2, {}, 500)
  expect(await workers.run()).toEqual([137, 3])
  expect(workers.failure).toBe(3)
  expect(told).toEqual(['rank 1 ended with exit code 3; the other workers are asked to end (SIGTERM)'])
})

test('a command whose agent cannot be started is run without one, once', async () => {
  const file = path.join(folder(), 'ran')
  const { workers, told } = workersOf(`echo $RANK >> ${file}; exit 7`, 1, {
    NODE_OPTIONS: '--no-such-option',
  })
  expect(await workers.run()).toEqual([7])
  expect(fs.readFileSync(file, 'utf8')).toBe('\n')
  expect(told.join()).toContain('the agent of rank 0 could not be started; the command runs without it')
})

test('a command that fails at once is not taken for one that was not started', async () => {
  const file = path.join(folder(), 'ran')
  const { workers, told } = workersOf(`echo $RANK >> ${file}; exit 70`, 2)
  expect(await workers.run()).toEqual([70, 70])
  expect(fs.readFileSync(file, 'utf8').split('\n').sort()).toEqual(['', '0', '1'])
  expect(told.join()).not.toContain('could not be started')
})

test('signals that come before the workers are there reach them when they are', async () => {
  const { workers } = workersOf(`trap 'exit 9' USR1; while :; do sleep 0.05; done`, 1)
  workers.signal('SIGUSR1')
  const codes = await workers.run()
  // A shell that has not yet set its trap dies of it.
  expect([9, 138]).toContain(codes[0])
})

test('a worker that a signal has killed is told by its name', async () => {
  const script = `if [ $RANK = 1 ]; then kill -KILL $$; fi; while :; do sleep 0.1; done`
  const { workers, told } = workersOf(script, 2)
  expect(await workers.run()).toEqual([143, 137])
  expect([workers.failure, workers.failedBy]).toEqual([137, 'SIGKILL'])
  expect(told).toEqual(['rank 1 was killed by SIGKILL; the other workers are asked to end (SIGTERM)'])
})

/** Code for an agent's Node: it is killed at this moment of starting its command. */
function killedAgent(moment: 'at first' | 'before the command' | 'with the command'): Record<string, string> {
  const file = path.join(folder(), 'killed.cjs')
  const kill = `process.kill(process.pid, 'SIGKILL')`
  const around = `const started = spawn(...all); if (String(all[1]).includes('>&3')) ${kill}; return started`
  const code = {
    'at first': kill,
    'before the command': `if (String(all[1]).includes('>&3')) ${kill}; return spawn(...all)`,
    'with the command': around,
  }[moment]
  const hooked = `const processes = require('node:child_process'); const { spawn } = processes
    processes.spawn = (...all) => { ${code} }
    require('node:module').syncBuiltinESMExports()`
  fs.writeFileSync(file, `if (process.argv[2] === 'agent') { ${moment === 'at first' ? kill : hooked} }`)
  return { NODE_OPTIONS: `--require ${file}` }
}

test.each(['at first', 'before the command'] as const)(
  'a command whose agent is killed before it was started (%s) is run without one, once, and no other worker is asked to end',
  async (moment) => {
    const file = path.join(folder(), 'ran')
    const { workers, told } = workersOf(`echo $RANK >> ${file}; exit 0`, 2, killedAgent(moment))
    expect(await workers.run()).toEqual([0, 0])
    expect(fs.readFileSync(file, 'utf8').split('\n').sort()).toEqual(['', '0', '1'])
    expect(told.sort()).toEqual([
      'the agent of rank 0 was killed by SIGKILL before it had started the command; the command runs without it',
      'the agent of rank 1 was killed by SIGKILL before it had started the command; the command runs without it',
    ])
  },
)

test('a command whose agent is killed as it starts it runs once, and is waited for', async () => {
  const file = path.join(folder(), 'ran')
  const { workers, told } = workersOf(`sleep 0.3; echo >> ${file}`, 1, killedAgent('with the command'))
  expect(await workers.run()).toEqual([137])
  expect(fs.readFileSync(file, 'utf8')).toBe('\n')
  expect(told[0]).toMatch(/^rank 0: the agent was killed by SIGKILL; its command, process \d+, goes on/)
})

test('a command whose agent is killed goes on, is waited for, and gets signals; how it ends is said to be unknown', async () => {
  const file = path.join(folder(), 'marks')
  const script = `trap 'echo told >> ${file}; exit 0' USR1; kill -KILL $PPID; echo on >> ${file}; while :; do sleep 0.05; done`
  const { workers, told } = workersOf(script, 1)
  const codes = workers.run()
  await expect.poll(() => told.join(), { timeout: 20_000 }).toContain('goes on')
  workers.signal('SIGUSR1')
  expect(await codes).toEqual([137])
  expect(fs.readFileSync(file, 'utf8')).toBe('on\ntold\n')
  expect(told.at(-1)).toMatch(/^rank 0: how the command ended cannot be known.*exit code 137 is the agent's$/)
})

test('an agent that is killed after its command has ended changes nothing of how that ended', async () => {
  const ended = path.join(folder(), 'ended')
  // What it leaves behind waits for its end, and for the agent to have heard of it.
  const left = `trap '' TERM; until [ ! -e /proc/$me ]; do sleep 0.02; done; sleep 0.3; kill -KILL $agent; echo > ${ended}`
  const script = `me=$$ agent=$PPID; (${left}) & exit 4`
  const { workers, told } = workersOf(script, 1)
  expect(await workers.run()).toEqual([4])
  await expect.poll(() => fs.existsSync(ended), { timeout: 20_000 }).toBe(true)
  expect(told.join()).not.toContain('cannot be known')
})
