import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { repository } from '../../support/cli.ts'
import { enduring } from '../../support/effort.ts'
import { ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'

/** The table of docs/operating.md: how a script ends, and what is told of it. */
const rows = fs
  .readFileSync(path.join(repository, 'docs/operating.md'), 'utf8')
  .split('| a script ends by |')[1]!
  .split('\n\n')[0]!
  .split('\n')
  .slice(2)
  .map((row) => row.slice(2, -2).split(' | '))
  .map(([how, inFront, below]) => ({ how: how!, inFront: told(inFront!), below: told(below!) }))

function told(cell: string): string {
  const [status, end] = cell.split(', ')
  return `0 0 ${status} ${/^\d/.test(end ?? '') ? end : '-'} ${end?.startsWith('SIG') === true ? end : '-'}`
}

/** A script for each row, whose experiment is the row's number. */
function scripts(here: Site): string[] {
  return rows.map(({ how }, row) => {
    const code = /^`([^`]*)`/.exec(how)?.[1] ?? ''
    const start = (text: string): string => text.replace('"www.example.org"', `$&, "row${row}"`)
    const begin = code.startsWith('with') ? '' : start('provloom.start_run("www.example.org")\n')
    return here.script(`t${row}.py`, `import os, signal, sys, provloom\n${begin}${start(code)}\n`)
  })
}

/** What is told of each row's only run, in their order. */
async function ends(
  here: Site,
  script: string,
  tried: readonly number[] = [...rows.keys()],
): Promise<(string | undefined)[]> {
  const { stderr } = await here.start('bash', ['-c', script]).ended
  await here.gone()
  const runs = here.runs()
  expect(runs, stderr).toHaveLength(tried.length)
  return tried.map((row) => {
    const run = runs.find(({ name }) => name === `row${row}_0`)
    expect(run?.graph.violations()).toEqual([])
    return run && ranks(run, 'exitCode', 'signal').join()
  })
}

/** Of a process that its own parent has not heard of yet, a busy machine lets others see how it ended. */
function possible({ inFront, below }: (typeof rows)[number]): string[] {
  return below.includes('incomplete') ? [below, inFront] : [below]
}

/** Not in every test: they are a shell's pipe once more. */
const more: readonly [string, (name: string) => string][] = [
  ['a shell that goes on', (name) => `python3 ${name} || exit_code=$?`],
  ['a script', (name) => `python3 -c "import subprocess; subprocess.call(['python3', '${name}'])"`],
  ['make', (name) => `printf 'all:\\n\\t-@python3 ${name}\\n' | make -f -`],
]

describe('how a script ended is told as docs/operating.md says', { timeout: 120_000 }, () => {
  it('has rows to try', () => {
    expect(rows.length).toBeGreaterThan(10)
  })

  it('where provloom is its parent', async () => {
    const here = site()
    const each = scripts(here).map((name) => `provloom run -- sh -c 'exec python3 ${name}'`)
    expect(await ends(here, each.join('\n'))).toEqual(rows.map(({ inFront }) => inFront))
  })

  it('under a plain start', async () => {
    const here = site()
    const each = scripts(here).map((name) => `python3 ${name}`)
    expect(await ends(here, each.join('\n'))).toEqual(rows.map(({ below }) => below))
  })

  it.each<[string, (name: string) => string]>([
    ['a pipe', (name) => `python3 ${name} | cat`],
    ...(enduring ? more : []),
  ])('below the command, in %s', async (_, line) => {
    const here = site()
    const each = scripts(here).map(line)
    const tried = rows.flatMap((_, row) => (enduring || row % 3 === 0 ? [row] : []))
    fs.writeFileSync(path.join(here.dir, 'all.sh'), tried.map((row) => each[row]).join('\n'))
    const seen = await ends(here, 'provloom run -- bash all.sh', tried)
    for (const [at, row] of tried.entries()) expect(possible(rows[row]!), rows[row]!.how).toContain(seen[at])
  })
})

it.each([
  ['provloom run -- provloom run -- python3 t.py', '0 0 completed'],
  ['provloom run -- provloom agent -- python3 t.py', '0 0 completed'],
  ['provloom run -- provloom run -- false', '0 0 failed'],
  [
    'provloom run -- provloom run -n 2 --collect-all-processes -- python3 t.py',
    '0 0 completed,1 0 completed',
  ],
  // Its aggregator stays for some seconds more.
  ...(enduring
    ? [['provloom agent --with-aggregator -- provloom run -- python3 t.py', '0 0 completed']]
    : []),
])('a wrapper below a wrapper joins its job, and the outer one makes no run: %s', async (command, told) => {
  const here = site()
  here.script('t.py', 'import provloom\nprovloom.start_run("www.example.org", "e")\nprovloom.end_run()\n')
  const result = await here.start('sh', ['-c', command]).ended
  expect(result.stderr).not.toMatch(/Error:|no run was recorded/)
  await here.gone()
  expect(here.runs().map((run) => ranks(run).join())).toEqual([told])
})
