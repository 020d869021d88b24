import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Event } from '@provloom/shared'
import { removeFolder } from '@provloom/shared'
import { hasGit } from '../../../../test/support/needs.ts'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readSpoolStreams, sessionsOf, treeVariables } from './spool.ts'
import { built } from './worker.ts'

const body = `import(${JSON.stringify(built)}).then((p) => { p.startRun(); p.logSourceCode(); return p.endRun() })\n`
let tree: string
let work: string

beforeAll(buildAgent)
beforeEach(() => {
  tree = makeSpoolFolder()
  work = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-script-')))
  write('.env', 'AWS_SECRET_ACCESS_KEY=abcd1234efgh5678')
})
afterEach(() => {
  for (const folder of [work, tree]) removeFolder(folder)
})

function write(name: string, content = body): string {
  const file = path.join(work, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, content)
  return file
}

/** Runs Node in the working folder. @returns what it recorded, and what it told */
async function node(words: readonly string[], input = ''): Promise<{ events: Event[]; errors: string }> {
  const env = { PATH: process.env['PATH'], ...treeVariables(tree) }
  const done = spawnSync(process.execPath, words, { cwd: work, env, input, encoding: 'utf8' })
  expect(done.status, done.stderr).toBe(0)
  const streams = await readSpoolStreams(sessionsOf(tree).at(-1)!)
  return { events: streams.flatMap((one) => one.events), errors: done.stderr }
}

const kept = (events: readonly Event[]): string[] =>
  events.flatMap((one) => (one.type === 'artifact' ? [one.path ?? ''] : []))

test.each<[string, string[], string]>([
  ['given by -e', ['-e', body], ''],
  ['given by -e, before data', ['--eval', body, '.env'], ''],
  ['piped in', [], body],
  ['piped in, before data', ['-', '.env'], body],
  ['of an installed program', ['node_modules/tool/cli.js'], ''],
  ['of a program beside its interpreter', ['tool/bin/train'], ''],
])('code %s keeps no file, and says what to type', async (_, words, input) => {
  write('node_modules/tool/cli.js')
  write('tool/bin/train')
  write('tool/bin/node', '')
  const { events, errors } = await node(words, input)
  expect(kept(events)).toEqual([])
  const told = events.flatMap((one) => (one.type === 'source' || one.type === 'problem' ? [one] : []))
  expect(told).toMatchObject([{ type: 'problem', code: 'NO_SCRIPT' }])
  expect(errors).toContain(
    `logSourceCode: there is no script file to record (no git repository holds ${work}); name what to record: logSourceCode("path")\n`,
  )
})

test.each([
  ['train.js', ['train.js', '.env']],
  ['train.js', ['train']],
  ['pack/start.js', ['pack']],
  ['bin/train', ['bin/train']],
])('the script %s is kept alone, started as %j', async (script, words) => {
  write('pack/package.json', '{"main": "start.js"}')
  write(script)
  expect(kept((await node(words)).events)).toEqual([path.join(work, script)])
})

test.runIf(hasGit)('without a script the commit of the working folder is recorded', async () => {
  const git = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-C', work, ...words], {
      encoding: 'utf8',
    }).trim()
  git('init', '-q')
  expect((await node(['-e', body])).errors).toContain(`(the repository ${work} has no commit yet)`)
  git('commit', '-qm', 'x', '--allow-empty')
  const { events, errors } = await node(['-e', body])
  expect(errors).not.toContain('logSourceCode')
  const sources = events.filter((one) => one.type === 'source')
  expect(sources).toMatchObject([{ commit: git('rev-parse', 'HEAD'), path: work }])
  expect(kept(events)).toEqual([])
})
