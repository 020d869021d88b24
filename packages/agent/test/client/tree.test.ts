import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildAgent } from '../support/agent-process.ts'
import { freshFolder } from '../support/place.ts'

const built = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')

beforeAll(buildAgent)

/** What each turn found in the tree's folder, when something was done to that before the next. */
function turns(...meanwhile: readonly string[]): unknown {
  const root = path.join(freshFolder(), 'spools')
  const script = `
import fs from 'node:fs'
import path from 'node:path'
import * as p from ${JSON.stringify(built)}
const turn = async () => {
  p.startRun({ experimentName: 'e', provUserNamespace: 'u', rank: 1 })
  const [name, ...more] = fs.readdirSync(${JSON.stringify(root)}).filter((one) => one.startsWith('local-'))
  const tree = path.join(${JSON.stringify(root)}, name)
  const parts = fs.readdirSync(tree).filter((one) => one === 'sessions' || one === 'spool.json').sort()
  const { pid, by } = JSON.parse(fs.readFileSync(path.join(tree, 'spool.json'), 'utf8'))
  seen.push({ parts, more, founder: pid === process.pid && by === 'client' })
  p.logMetric('loss', 1)
  await p.endRun({ wait: false })
  return tree
}
const seen = []
${meanwhile.map((one) => `{ const tree = await turn(); ${one} }`).join('\n')}
await turn()
console.log(JSON.stringify(seen))`
  const file = path.join(freshFolder(), 'train.mjs')
  fs.writeFileSync(file, script)
  const done = spawnSync(process.execPath, [file], {
    env: { PATH: process.env['PATH'], PROVLOOM_SPOOL_ROOT: root, PROVLOOM_BIN: '/nothing' },
    encoding: 'utf8',
  })
  expect(done.status, done.stderr).toBe(0)
  return JSON.parse(done.stdout)
}

test('a run that begins when an agent has taken the empty tree away, or somebody a part of it, has a whole one again', () => {
  const whole = { parts: ['sessions', 'spool.json'], more: [], founder: true }
  const seen = turns(
    'fs.rmSync(tree, { recursive: true })',
    "fs.rmSync(path.join(tree, 'spool.json'))",
    "fs.rmSync(path.join(tree, 'sessions'), { recursive: true })",
    'fs.rmSync(path.dirname(tree), { recursive: true })',
  )
  expect(seen).toEqual([whole, whole, whole, whole, whole])
})
