import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { trainingScript } from '../install/script.ts'
import { cleanEnvironment, folder, repository } from '../support/cli.ts'
import type { RunFile } from '../support/site.ts'

/** Code blocks marked `ts` of a page. They are plain JavaScript, so that they run as they stand. */
function blocks(page: string): string[] {
  const text = fs.readFileSync(path.join(repository, 'docs', page), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!)
}

const cases = blocks('prov.md').map((code, i) => [i + 1, code] as const)

it('docs/prov.md has examples', () => {
  expect(cases).toHaveLength(7)
})

it.each(cases)('example %i of docs/prov.md runs', (i, code) => {
  // Inside the repository, so that packages are found by their names.
  const modules = path.join(repository, 'node_modules/.cache/provloom-docs')
  fs.mkdirSync(modules, { recursive: true })
  const file = path.join(modules, `prov-${i}.mjs`)
  fs.writeFileSync(file, code)
  const said = execFileSync(process.execPath, [file], { encoding: 'utf8' })
  for (const [, expected] of code.matchAll(/\/\/ (true|2|23 key-properties)\b/g))
    expect(said).toContain(expected)
})

it('the examples of docs/library.md run a job of two ranks, and read what is there of it', () => {
  const [code, reading, ...more] = blocks('library.md')
  expect(more).toEqual([])
  const modules = path.join(repository, 'node_modules/.cache/provloom-docs')
  fs.mkdirSync(modules, { recursive: true })
  const file = path.join(modules, 'library.mjs')
  fs.writeFileSync(file, code!)
  const work = folder()
  fs.writeFileSync(path.join(work, 'train.py'), trainingScript)
  const env = {
    ...cleanEnvironment(),
    PROVLOOM_SPOOL_ROOT: folder(),
    CLIENT_FOLDER: path.join(repository, 'clients/python'),
  }
  const start = (): string => execFileSync(process.execPath, [file], { encoding: 'utf8', cwd: work, env })
  const said = start()
  expect(said).toMatch(/graph in \S+\/runs\/digits_0$/m)
  const run = JSON.parse(fs.readFileSync(path.join(work, 'runs/digits_0/run.json'), 'utf8')) as RunFile
  expect(run).toMatchObject({ status: 'completed', finished: true, worldSize: 2 })
  expect(run.ledger.ranks.map(({ rank, status }) => `${rank} ${status}`)).toEqual([
    '0 completed',
    '1 completed',
  ])
  fs.writeFileSync(file, reading!)
  expect(start().trimEnd().split('\n').toSorted()).toEqual([
    `digits 0 completed 0.1 ${path.join(work, 'runs/digits_0')}`,
    'rank 0: 20 points, the last 0.05 at step 19',
    'rank 1: 20 points, the last 0.05 at step 19',
  ])
})
