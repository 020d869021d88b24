import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { Workers } from '../../src/launch/workers.ts'

const root = path.resolve(import.meta.dirname, '../../../..')

// Agents are processes of their own, and run from what is built.
beforeAll(() => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/cli'], { cwd: root })
})

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-test-'))
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }))
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
  expect(told.join()).toContain('the agent of rank 0 could not be started; its command runs')
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
