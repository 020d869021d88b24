import fs from 'node:fs'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import type { RunAnswer, RunsAnswer } from '@provloom/reader'
import { folder, provloom, startProvloom } from '../support/cli.ts'
import { enduring } from '../support/effort.ts'
import { saidOf } from '../support/four-ranks.ts'
import { job, until } from '../support/job.ts'
import { named } from '../support/needs.ts'

vi.setConfig({ testTimeout: 200_000 })

/** Logs so many points at once, says so, and waits until it may end. */
const script = `
import os, sys, time, provloom
place, points = sys.argv[1], int(sys.argv[2])
provloom.start_run("www.example.org", "slow")
provloom.log_params({"steps": 40, "lr": 0.5})
for step in range(points):
    time.sleep(0.05)
    provloom.log_metric("loss", 2 / (step + 1), provloom.Context.TRAINING, step=step)
while not os.path.exists(place): time.sleep(0.05)
`

interface Going {
  readonly saveDir: string
  answer(): Promise<RunAnswer>
  end(): Promise<void>
}

function going(points: number): Going {
  const [saveDir, place] = [path.join(folder(), 'prov'), path.join(folder(), 'end')]
  const file = path.join(folder(), 'slow.py')
  fs.writeFileSync(file, script)
  const places = ['--provenance-save-dir', saveDir, '--spool-root', folder()]
  const run = startProvloom(['run', ...places, '--', 'python3', file, place, String(points)])
  return {
    saveDir,
    async answer() {
      const { stdout } = await provloom(['show', '--dir', saveDir, '--json'])
      return JSON.parse(stdout) as RunAnswer
    },
    async end() {
      fs.writeFileSync(place, '')
      await run.ended
    },
  }
}

async function shows(run: Going, holds: (answer: RunAnswer) => boolean): Promise<RunAnswer> {
  const answer = await run.answer()
  return holds(answer) ? answer : shows(run, holds)
}

const isThere = ({ saveDir }: Going): boolean => fs.existsSync(path.join(saveDir, 'slow_0/run.json'))

it('a run that logs less than it saves by is shown while it goes on: ranks, parameters, code, and last values', async () => {
  const run = going(3)
  await until(() => isThere(run))
  const { metrics, params, ranks, ledger } = await shows(run, (one) => one.metrics[0]?.points === 3)
  expect(metrics[0]).toMatchObject({ key: 'loss', lastStep: 2, last: 2 / 3 })
  expect(params.map(({ name, value }) => [name, value])).toEqual([
    ['steps', 40],
    ['lr', 0.5],
  ])
  expect(ranks).toEqual({ running: 1 })
  expect(ledger.stored).toBeGreaterThan(4)
  const { stdout } = await provloom(['ls', '--dir', run.saveDir, '--json'])
  const [row] = (JSON.parse(stdout) as RunsAnswer).runs
  expect(Object.values(row!.metrics)[0]).toMatchObject({ key: 'loss', lastStep: 2 })
  expect(row).toMatchObject({ ranks: { running: 1 }, params: { lr: 0.5 } })
  await run.end()
})

it.skipIf(!enduring)(
  named(
    'a run that hangs says so, guesses no end, and is not yet accused',
    enduring,
    'npm run endure -- why',
  ),
  async () => {
    const run = going(12)
    await until(() => isThere(run))
    const answer = await shows(run, ({ quiet }) => quiet !== undefined)
    expect(answer.going).toMatchObject({ step: 11, steps: 40 })
    expect(answer.going).not.toHaveProperty('secondsToGo')
    const { words, code } = await saidOf(run.saveDir)
    expect(words).toMatch(/^slow_0 is running: nothing is logged since .* UTC, for/)
    expect(code).toBe(0)
    const { stdout } = await provloom(['ls', '--dir', run.saveDir])
    expect(stdout).toMatch(/▲ running, nothing logged for/)
    await run.end()
  },
)

it('of a job that was killed whole nobody says that it runs; recovered, nobody is said to be the first', async () => {
  const one = await job(2)
  await until(() => one.returned().every((count) => count > 0))
  const record = path.join(one.saveDir, 'killed_0/run.json')
  await until(() => fs.existsSync(record) && /"rank": ?1\b/.test(fs.readFileSync(record, 'utf8')))
  await one.kill()
  const dead = await saidOf(one.saveDir)
  expect(dead.words).toMatch(/^killed_0 ended unseen: what wrote it is gone/)
  expect([dead.answer.status, dead.code]).toEqual(['unseen', 1])
  const shown = await provloom(['show', '--dir', one.saveDir])
  expect(shown.stdout).toMatch(/^killed_0 +\? ended unseen/)
  expect(shown.stdout).not.toMatch(/running/)
  const listed = await provloom(['ls', '--dir', one.saveDir])
  expect(listed.stdout).toMatch(/\? ended unseen/)
  const runDir = path.join(one.saveDir, 'killed_0')
  expect((await provloom(['recover', runDir, '--spool-root', one.spoolRoot])).code).toBe(0)
  const { words, answer } = await saidOf(one.saveDir)
  expect(words).toMatch(
    /: ranks 0-1 (?:ended without a word, all at once|were all at once killed by SIGKILL)\./,
  )
  expect(answer.first).toBeUndefined()
})
