import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, treeVariables } from './spool.ts'

const built = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')
const client = path.resolve(import.meta.dirname, '..', '..', '..', '..', 'clients', 'python')

beforeAll(buildAgent)

const later = {
  TypeScript: `
import fs from 'node:fs'
import * as p from ${JSON.stringify(built)}
const first = await p.endRun()
const { spool } = p.startRun({ rank: 1 })
const said = [first, await p.endRun(), await p.endRun()]
fs.writeFileSync(spool + '/control.json', JSON.stringify({ state: 'ended', rank: 1 }))
said.push(await p.endRun())
p.startRun({ rank: 1 })
said.push(await p.endRun(), await p.endRun())
console.log(said.join(' '))`,
  Python: `
import json, provloom
first = provloom.end_run()
spool = provloom.start_run(rank=1).spool
said = [first, provloom.end_run(), provloom.end_run()]
with open(spool + "/control.json", "w") as file: json.dump({"state": "ended", "rank": 1}, file)
said.append(provloom.end_run())
provloom.start_run(rank=1)
said += [provloom.end_run(), provloom.end_run()]
print(*(str(one).lower() for one in said))`,
}

const programs = {
  TypeScript: `
import fs from 'node:fs'
import os from 'node:os'
import * as p from ${JSON.stringify(built)}
const run = p.startRun({ rank: 1 })
if (process.env.CONTROL) fs.writeFileSync(run.spool + '/control.json', process.env.CONTROL)
const wait = process.env.WAIT === undefined ? {} : { wait: process.env.WAIT === '1' }
console.log(await p.endRun(wait))`,
  Python: `
import os, provloom
run = provloom.start_run(rank=1)
if "CONTROL" in os.environ:
    with open(run.spool + "/control.json", "w") as file: file.write(os.environ["CONTROL"])
print(str(provloom.end_run(wait={None: None, "0": False, "1": True}[os.environ.get("WAIT")])).lower())`,
}

/** What the end of rank 1's run answers, with this in its control.json. */
function answer(
  language: keyof typeof programs,
  control: object | undefined,
  wait?: boolean,
  script = programs[language],
): string {
  const tree = makeSpoolFolder()
  onTestFinished(() => removeFolder(tree))
  const file = path.join(tree, language === 'Python' ? 'end.py' : 'end.mjs')
  fs.writeFileSync(file, script)
  return execFileSync(language === 'Python' ? 'python3' : process.execPath, [file], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      PYTHONPATH: client,
      ...treeVariables(tree),
      ...(control === undefined ? {} : { CONTROL: JSON.stringify(control) }),
      ...(wait === undefined ? {} : { WAIT: wait ? '1' : '0' }),
    },
  }).trim()
}

test.each(Object.keys(later) as (keyof typeof later)[])(
  'an end where no run goes on says whether the graph holds the one before by now: %s',
  (language) => {
    expect(answer(language, undefined, undefined, later[language])).toBe('false false false true false false')
  },
)

test.each(Object.keys(programs) as (keyof typeof programs)[])(
  'the end of a rank that does not wait is true only where its graph holds it, or will never: %s',
  (language) => {
    expect(answer(language, undefined)).toBe('false')
    expect(answer(language, { state: 'collect', rank: 1 })).toBe('false')
    expect(answer(language, { state: 'refused', message: 'no' })).toBe('false')
    expect(answer(language, { state: 'quiet', rank: 1 })).toBe('true')
    expect(answer(language, { state: 'ended', rank: 1 })).toBe('true')
    expect(answer(language, { state: 'quiet', rank: 1 }, true)).toBe('true')
    expect(answer(language, { state: 'ended', rank: 0 }, false)).toBe('true')
  },
)

/** What a TypeScript run's end answers, and after how many seconds; `eachSecond` is what happens meanwhile. */
function waited(eachSecond: string): unknown {
  const tree = makeSpoolFolder()
  onTestFinished(() => removeFolder(tree))
  const file = path.join(tree, 'wait.mjs')
  fs.writeFileSync(
    file,
    `
import fs from 'node:fs'
import os from 'node:os'
let now = 1000
performance.now = () => now
globalThis.setTimeout = (call, ms) => {
  const second = Math.floor(now / 1000)
  now += ms
  if (Math.floor(now / 1000) > second) eachSecond(second)
  setImmediate(call)
}
const p = await import(${JSON.stringify(built)})
const run = p.startRun({ rank: 0 })
const control = (facts) => fs.writeFileSync(run.spool + '/control.json', JSON.stringify(facts))
const agent = process.env.PROVLOOM_TREE.split(' ')[2] + '/agent.json'
const beat = (heard) => fs.writeFileSync(agent, JSON.stringify({ ...JSON.parse(fs.readFileSync(agent)), beatUs: now, heard }))
function eachSecond(second) { ${eachSecond} }
control({ state: 'collect', mark: {} })
const done = await p.endRun({ wait: true })
console.log(JSON.stringify([done, Math.round((now - 1000) / 1000)]))`,
  )
  const env = { PATH: process.env['PATH'], ...treeVariables(tree) }
  return JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8', env }).trim())
}

test.each([
  ['gives up after 5 s with an agent that lives and hears nobody', 'beat(0)', [false, 5]],
  ['waits for an aggregator that is heard, 20 s in all', 'beat(second)', [false, 20]],
  [
    'waits while more is journaled, 20 s in all',
    'control({ state: "collect", mark: { s: second } })',
    [false, 20],
  ],
  [
    'is true when the folder is taken away meanwhile',
    'if (second === 2) fs.rmSync(run.spool, { recursive: true })',
    [true, 2],
  ],
] as const)('the end of a run %s', (_, eachSecond, answered) => {
  expect(waited(eachSecond)).toEqual(answered)
})

test('an end in a process that helps says that the run of a process that is gone is incomplete', () => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-helped-'))
  onTestFinished(() => removeFolder(place))
  const file = path.join(place, 'daemon.mjs')
  fs.writeFileSync(
    file,
    `
import { fork } from 'node:child_process'
import * as p from ${JSON.stringify(built)}
if (process.argv[2] === undefined) {
  p.startRun({ experimentName: 'e' })
  const child = fork(process.argv[1], [String(process.pid)])
  child.on('message', () => process.kill(process.pid, 'SIGKILL'))
} else {
  p.logMetric('m', 1)
  process.send('begun')
  process.on('disconnect', async () => {
    while (String(process.ppid) === process.argv[2]) await new Promise(setImmediate)
    console.log(await p.endRun(), process.argv[2])
  })
}`,
  )
  const env = { PATH: process.env['PATH'], PROVLOOM_SPOOL_ROOT: place, PROVLOOM_BIN: '/nothing' }
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', env, cwd: place })
  const [done, began] = stdout.trim().split(' ')
  expect(done, stderr).toBe('false')
  expect(stderr).toContain(
    `the process that began the run, ${began}, has ended without endRun: it is incomplete\n`,
  )
})
