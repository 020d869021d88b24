import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { chaos } from './chaos/chaos.ts'
import type { ChaosResult } from './chaos/chaos.ts'
import { repository } from './chaos/place.ts'
import { chaosDefaults, chaosSettings } from './chaos/settings.ts'

const small = {
  ...chaosDefaults,
  ranks: 3,
  sessions: 5,
  events: 2_000,
  aggregatorKills: 3,
  agentKills: 2,
  workerKills: 1,
  pauses: 1,
  networkFaults: 3,
  saveAfterNLogs: 100,
  patienceSeconds: 100,
  // Otherwise it is waited for 60 s whether the other ranks are started again.
  endSeconds: 0,
}

it('a small job of five sessions under fire has every call once, in its run and under its rank, and an oracle that is lied to says so', async () => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/cli'], {
    cwd: repository,
  })
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chaos-test-'))
  const told: string[] = []
  const { problems, judge, ...ledger } = await chaos({ ...small, folder }, (line) => told.push(line))
  expect({ problems, told: problems.length === 0 ? [] : told, folder }).toEqual({
    problems: [],
    told: [],
    folder,
  })
  expect(ledger).toMatchObject({ sent: 2_000, lost: 0, duplicated: 0, outOfOrder: 0, documentValid: true })
  expect(ledger.kills).toMatchObject({ aggregator: 3, agents: 2, workers: 1 })
  onTestFinished(() => removeFolder(folder))
  await expectLiesToBeSeen(path.join(folder, 'prov'), judge)
}, 180_000)

/** The same oracle on the same runs, with one thing changed on the disk each time. */
async function expectLiesToBeSeen(saveDir: string, judge: ChaosResult['judge']): Promise<void> {
  const [first, second] = runsOf(saveDir, 'chaos-a')
  const seen = async (lie: string, restore: string): Promise<Awaited<ReturnType<typeof judge>>> => {
    const before = fs.readFileSync(restore, 'utf8')
    fs.writeFileSync(restore, lie)
    const verdict = await judge()
    fs.writeFileSync(restore, before)
    return verdict
  }
  const [runs, document] = ['run.json', 'prov.json'].map((name) => path.join(first!, name)) as [
    string,
    string,
  ]
  expect(await judge()).toMatchObject({ lost: 0, duplicated: 0, documentValid: true })
  // What one session logged stands in the run of another one.
  const other = fs.readFileSync(path.join(second!, 'prov.json'), 'utf8')
  const mixed = await seen(other, document)
  expect(mixed).toMatchObject({ documentValid: false })
  expect(mixed.lost).toBeGreaterThan(0)
  expect(mixed.duplicated).toBeGreaterThan(0)
  const moved = fs.readFileSync(runs, 'utf8').replace(/"ordinal": *\d+/, '"ordinal": 7')
  expect((await seen(moved, runs)).lost).toBeGreaterThan(100)
  // What one rank logged stands under another one.
  const swapped = fs.readFileSync(document, 'utf8').replaceAll(/("prov:activity":"run:rank-)1"/g, '$12"')
  expect(await seen(swapped, document)).toMatchObject({ documentValid: true })
  expect((await seen(swapped, document)).lost).toBeGreaterThan(0)
  expect((await seen(swapped, document)).duplicated).toBeGreaterThan(0)
  // One run too many.
  fs.cpSync(first!, path.join(saveDir, 'chaos-a_99'), { recursive: true })
  expect((await judge()).problems.join('\n')).toMatch(/chaos-a_99 is nobody's run/)
}

function runsOf(saveDir: string, experiment: string): string[] {
  return fs
    .readdirSync(saveDir)
    .filter((name) => name.startsWith(`${experiment}_`))
    .sort()
    .map((name) => path.join(saveDir, name))
    .filter((folder) => fs.existsSync(path.join(folder, 'run.json')))
}

it('options of the program are checked by name', () => {
  expect(chaosSettings(['--ranks', '4', '--aggregator-kills', '5', '--sessions', '5'])).toMatchObject({
    ranks: 4,
    sessions: 5,
    aggregatorKills: 5,
    seed: 1,
  })
  expect(() => chaosSettings(['--rank', '4'])).toThrow(/rank/)
  expect(() => chaosSettings(['--ranks', 'four'])).toThrow(/--ranks must be a count/)
})
