import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { removeFolder } from '@provloom/shared'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readOnlyStream, treeVariables } from './spool.ts'

const built = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')
let spool: string

beforeAll(buildAgent)
beforeEach(() => {
  spool = makeSpoolFolder()
})
afterEach(() => removeFolder(spool))

/** Runs a worker whose session's agent has told this, if anything; and what it writes to its standard error. */
function errorsOf(told: unknown): string {
  const program = `import * as p from ${JSON.stringify(built)}
    import fs from 'node:fs'
    import path from 'node:path'
    p.startRun()
    const find = (folder) => fs.readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
      one.isDirectory() ? find(path.join(folder, one.name)) : one.name === 'session.json' ? [folder] : [])
    const told = ${JSON.stringify(JSON.stringify(told))}
    for (const one of find(${JSON.stringify(spool)})) fs.writeFileSync(path.join(one, 'energy.json'), told)
    p.logCarbonMetrics({ step: 3 }); p.logSystemMetrics({ step: 3 }); p.endRun()`
  const env = { PATH: process.env['PATH'], ...treeVariables(spool) }
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', program], { env, encoding: 'utf8' })
  expect(done.status, done.stderr).toBe(0)
  return done.stderr
}

async function unitsOf(...keys: readonly string[]): Promise<(string | undefined)[]> {
  const { events } = await readOnlyStream(spool)
  const units = new Map(
    events.flatMap((one) => (one.type === 'series' ? [[one.key, one.unit] as const] : [])),
  )
  return keys.map((key) => units.get(key))
}

test('what the agent knows of energy is recorded with its units', async () => {
  const errors = errorsOf({
    carbon: [['rank_energy_measured_kwh', 0.25, 'kW.h'], ['odd'], 7],
    system: [['gpu_power.GPU-1a2b3c4d', 300.5, 'W']],
  })
  expect(errors).not.toContain('not known')
  expect(
    await unitsOf('rank_energy_measured_kwh', 'gpu_power.GPU-1a2b3c4d', 'process_cpu_time', 'odd'),
  ).toEqual(['kW.h', 'W', 's', undefined])
})

test('why energy is not known is told as the agent says it', () => {
  expect(errorsOf({ carbon: [], reason: 'no counters' })).toContain('energy is not known: no counters')
  expect(errorsOf('damaged')).toContain("energy is not known: the session's agent has told none yet")
})
