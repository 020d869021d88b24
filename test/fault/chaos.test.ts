import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { execFileSync } from 'node:child_process'
import { chaos } from './chaos/chaos.ts'
import { foundParams } from './chaos/found-params.ts'
import type { FoundRun } from './chaos/found.ts'
import { readRun } from './chaos/found.ts'
import type { KnownAttempt } from './chaos/known.ts'
import { compare } from './chaos/oracle.ts'
import { repository } from './chaos/place.ts'
import { chaosDefaults, chaosSettings } from './chaos/settings.ts'

const small = {
  ...chaosDefaults,
  ranks: 4,
  events: 2_000,
  aggregatorKills: 3,
  agentKills: 1,
  workerKills: 1,
  pauses: 1,
  networkFaults: 3,
  saveAfterNLogs: 100,
  patienceSeconds: 100,
}

it('a small job under fire loses nothing, doubles nothing, and an oracle that is lied to says so', async () => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/cli'], {
    cwd: repository,
  })
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chaos-test-'))
  const told: string[] = []
  const { problems, ...ledger } = await chaos({ ...small, folder }, (line) => told.push(line))
  expect({ problems, told: problems.length === 0 ? [] : told, folder }).toEqual({
    problems: [],
    told: [],
    folder,
  })
  expect(ledger).toMatchObject({ sent: 2_000, lost: 0, duplicated: 0, outOfOrder: 0, documentValid: true })
  expect(ledger.kills).toMatchObject({ aggregator: 3, agents: 1, workers: 1 })
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  await expectLiesToBeSeen(path.join(folder, 'prov'))
}, 180_000)

/** The same oracle on the same run, with one thing changed each time. */
async function expectLiesToBeSeen(saveDir: string): Promise<void> {
  const name = fs.readdirSync(saveDir).find((one) => fs.existsSync(path.join(saveDir, one, 'prov.json')))!
  const found = await readRun(path.join(saveDir, name))
  const one: KnownAttempt = {
    rank: 3,
    attempt: 0,
    first: 0,
    returned: 8,
    begun: 8,
    killed: false,
    endSeen: true,
  }
  const verdict = (changed: FoundRun): ReturnType<typeof compare> => compare([one], changed, 5, 32)
  const series = (steps: number[]): FoundRun => ({
    ...found,
    series: new Map([['3.0.m0', { steps, values: steps.map((step) => 3e6 + step) }]]),
  })
  expect(foundParams(found.document).size).toBeGreaterThan(0)
  const base = verdict(series([0, 5])).duplicated
  expect(verdict(series([0])).lost).toBe(verdict(series([0, 5])).lost + 1)
  expect(verdict(series([0, 5, 5])).duplicated).toBe(base + 1)
  expect(verdict(series([5, 0])).outOfOrder).toBe(1)
  expect(verdict({ ...found, violations: ['invalid'] }).documentValid).toBe(false)
}

it('options of the program are checked by name', () => {
  expect(chaosSettings(['--ranks', '4', '--aggregator-kills', '5'])).toMatchObject({
    ranks: 4,
    aggregatorKills: 5,
    seed: 1,
  })
  expect(() => chaosSettings(['--rank', '4'])).toThrow(/rank/)
  expect(() => chaosSettings(['--ranks', 'four'])).toThrow(/--ranks must be a count/)
})
