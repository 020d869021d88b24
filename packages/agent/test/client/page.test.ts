import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { removeFolder } from '@provloom/shared'
import * as client from '../../src/client/index.ts'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readSpoolStreams, treeVariables } from './spool.ts'

const root = path.resolve(import.meta.dirname, '..', '..', '..', '..')
const built = pathToFileURL(path.join(root, 'packages/agent/dist/client/index.js')).href
const page = fs.readFileSync(path.join(root, 'docs', 'typescript.md'), 'utf8')
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((found) => found[1]!)
let spool: string
let work: string

beforeAll(buildAgent)
beforeEach(() => {
  spool = makeSpoolFolder()
  work = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-page-'))
})
afterEach(() => {
  for (const folder of [spool, work]) removeFolder(folder)
})

test.each(examples.map((example, i) => [i + 1, example] as const))(
  'example %i of docs/typescript.md runs',
  async (i, example) => {
    const file = path.join(work, `example-${i}.mjs`)
    fs.writeFileSync(file, example.replaceAll("'@provloom/agent'", JSON.stringify(built)))
    const done = spawnSync(process.execPath, [file], {
      env: { PATH: process.env['PATH'], ...treeVariables(spool) },
      cwd: work,
      encoding: 'utf8',
    })
    const told = done.stderr.split('\n').filter((line) => line !== '' && !line.includes('not there yet'))
    expect({ code: done.status, told }).toEqual({ code: 0, told: [] })
    const [stream] = await readSpoolStreams(spool)
    expect(stream?.wrong).toEqual([])
    expect(stream?.events.at(-1)).toMatchObject({ type: 'session.end', status: 'completed' })
    expect(stream?.events.filter((event) => event.type === 'problem')).toEqual([])
  },
)

test('every call of the client is on the page', () => {
  expect(Object.keys(client).filter((name) => !page.includes(name))).toEqual([])
})
