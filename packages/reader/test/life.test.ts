import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import { limits } from '@provloom/shared'
import { identityOfProcess } from '@provloom/shared/process'
import { folder, makeRun } from './support/runs.ts'

interface Lease {
  readonly process?: unknown
  /** Seconds ago. */
  readonly renewed?: number
}

async function stateWith({ process, renewed = 0 }: Lease): Promise<string> {
  const saveDir = folder()
  await makeRun(saveDir, { name: 'digits_0', status: 'running' })
  const [runDir, at] = [path.join(saveDir, 'digits_0'), Date.now() / 1000 - renewed]
  const lease = path.join(runDir, '.lease')
  fs.writeFileSync(lease, JSON.stringify({ format: 1, nonce: 'ab', name: 'process 1 on n1', process }))
  for (const file of [lease, path.join(runDir, 'run.json')]) fs.utimesSync(file, at, at)
  const { runs } = await openReader(saveDir).runs()
  return runs[0]!.life.state
}

const elsewhere = { host: 'ab'.repeat(16), pidNamespace: '', pid: 1, start: '5' }

it('a run whose writer lives here is alive, however long it has said nothing', async () => {
  expect(await stateWith({ process: identityOfProcess(process.pid), renewed: 3600 })).toBe('alive')
})

it('a run whose writer was here and is no more is left', async () => {
  const gone = { ...identityOfProcess(process.pid)!, start: '1' }
  expect(await stateWith({ process: gone })).toBe('gone')
})

it('every answer says of it that it ended unseen, and none that it runs', async () => {
  const saveDir = folder()
  await makeRun(saveDir, { name: 'digits_0', status: 'running', of: () => ({ status: 'running' }) })
  const gone = { ...identityOfProcess(process.pid)!, start: '1' }
  fs.writeFileSync(
    path.join(saveDir, 'digits_0/.lease'),
    JSON.stringify({ format: 1, nonce: 'ab', name: 'process 1 on n1', process: gone }),
  )
  const reader = openReader(saveDir)
  const row = (await reader.runs()).runs[0]!
  const [run, ranks, why] = [await reader.run(), await reader.ranks(), await reader.why()]
  expect([row.status, run.status, why.status]).toEqual(['unseen', 'unseen', 'unseen'])
  expect([row.ranks, run.ranks, ranks.statuses]).toEqual([{ unseen: 2 }, { unseen: 2 }, { unseen: 2 }])
  expect(why.verdict).toMatch(
    /^digits_0 ended unseen: what wrote it is gone(, and logged last at .* UTC)?; how its ranks ended is not known\.$/,
  )
  expect(why.findings.map(({ code, level }) => [code, level])).toEqual([['NO_SIGN_OF_LIFE', 'error']])
  expect((await reader.runs({ query: 'status:running' })).matched).toBe(0)
})

it('a run that is written elsewhere is alive while its lease is renewed, and silent after silentAfterMs', async () => {
  expect(await stateWith({ process: elsewhere })).toBe('alive')
  expect(await stateWith({ process: elsewhere, renewed: limits.silentAfterMs / 1000 - 10 })).toBe('alive')
  expect(await stateWith({ process: elsewhere, renewed: limits.silentAfterMs / 1000 + 1 })).toBe('silent')
})

it('a run without a lease that says running has ended unseen, or is silent', async () => {
  const saveDir = folder()
  await makeRun(saveDir, { name: 'digits_0', status: 'running' })
  const old = Math.floor(Date.now() / 1000) - 7200
  fs.utimesSync(path.join(saveDir, 'digits_0/run.json'), old, old)
  const { runs } = await openReader(saveDir).runs()
  expect(runs[0]!.life).toEqual({ state: 'silent', seen: new Date(old * 1000).toISOString() })
})
