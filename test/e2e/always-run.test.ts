import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, folder, provloom, start } from '../support/cli.ts'
import type { Result, StartOptions } from '../support/cli.ts'
import { seldom } from '../support/effort.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { installation } from '../support/installation.ts'
import { named } from '../support/needs.ts'

/** Not a script in its place, which may need a working folder. */
const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)']).toString().trim()

const script = `
import os, provloom, sys
provloom.start_run("www.example.org", "x")
for step in range(5):
    provloom.log_metric("loss", 1.0, step=step)
provloom.end_run()
print("done", os.environ.get("NODE_OPTIONS"))
sys.exit(7)
`

interface Place {
  readonly saveDir: string
  readonly spoolRoot: string
  readonly args: readonly string[]
}

function place(): Place {
  const [saveDir, spoolRoot] = [path.join(folder(), 'prov'), folder()]
  return { saveDir, spoolRoot, args: ['--provenance-save-dir', saveDir, '--spool-root', spoolRoot] }
}

/** A shell that sets something, and becomes `provloom run` with the script. */
function runAfter(
  before: string,
  { args }: Place,
  options: StartOptions = {},
  program: string = bin,
): Promise<Result> {
  const command = ['run', ...args, '--', python, '-c', script]
  return start('sh', ['-c', `${before}; exec "$@"`, '-', program, ...command], options).ended
}

function expectWhole({ saveDir }: Place, result: Result): void {
  expect([result.code, result.stdout], result.stderr).toEqual([7, expect.stringMatching(/^done /)])
  const graph = new Graph(onlyRun(saveDir))
  expect(graph.violations()).toEqual([])
  const [loss] = graph.ofType('ModelEvaluation').filter((one) => graph.value(one, 'label')?.includes('loss'))
  expect(graph.value(loss!, 'rows')).toBe('5')
}

function expectKept({ spoolRoot }: Place, result: Result): void {
  expect([result.code, result.stdout], result.stderr).toEqual([7, 'done None\n'])
  const [spool] = fs.readdirSync(spoolRoot)
  expect(spool).toBeDefined()
  // Where the save directory cannot be made, another one has to be named.
  const typed = result.stderr.replace('--provenance-save-dir DIR ', '')
  expect(typed).toContain(`provloom import ${path.join(spoolRoot, spool!)}`)
}

describe('a command is run, and recorded whole,', () => {
  it('with 64 descriptors', async () => {
    const where = place()
    expectWhole(where, await runAfter('ulimit -n 64', where))
  })

  it.each([
    '--no-such-option',
    ...seldom('--require /no/such/file.js', '--max-old-space-size=1'),
    '--inspect',
  ])('with NODE_OPTIONS=%s, which it gets as it is and we do not obey', async (NODE_OPTIONS) => {
    const where = place()
    const result = await runAfter('true', where, { env: { NODE_OPTIONS } })
    expectWhole(where, result)
    expect(result.stdout).toBe(`done ${NODE_OPTIONS}\n`)
    expect(result.stderr).not.toMatch(/debugger|inspector/i)
  })

  const isRoot = process.getuid?.() === 0
  it.skipIf(!isRoot)(
    named('in a process namespace without a /proc of its own', isRoot, 'needs root'),
    async () => {
      const where = place()
      const before = 'export NODE_OPTIONS=--no-such-option; set -- unshare -fp --kill-child "$@"'
      expect((await runAfter(before, where)).stdout).toBe('done --no-such-option\n')
    },
  )

  it('in a working folder that was removed', async () => {
    const where = place()
    expectWhole(where, await runAfter('mkdir gone; cd gone; rmdir ../gone', where, { cwd: folder() }))
  })
})

describe('a command is run, and what it logs is kept,', () => {
  it('where no save directory can be made', async () => {
    const { spoolRoot } = place()
    const args = ['--provenance-save-dir', '/proc/provloom-test', '--spool-root', spoolRoot]
    const result = await runAfter('true', { saveDir: '', spoolRoot, args })
    expect(result.stderr).toContain('[SAVE_DIR_UNWRITABLE]')
    expect(result.stderr).toContain('[NO_AGGREGATOR]')
    expectKept({ saveDir: '', spoolRoot, args }, result)
  })

  it('when ZeroMQ does not load', async () => {
    const where = place()
    const broken = installation()
    broken.breakDependency('zeromq', 'No compatible addon found', [
      'Context',
      'Dealer',
      'Router',
      'curveKeyPair',
    ])
    const result = await runAfter('true', where, {}, broken.bin)
    expect(result.stderr).toContain('No compatible addon found')
    expectKept(where, result)
  })

  it('when the aggregator is not there', async () => {
    const where = place()
    const broken = installation()
    broken.remove('command-aggregator')
    expectKept(where, await runAfter('true', where, {}, broken.bin))
  })
})

describe('a command is run, and the user is told that nothing is recorded,', () => {
  it.each([
    ['not built', (broken: ReturnType<typeof installation>) => broken.remove('main')],
    ['half built', (broken: ReturnType<typeof installation>) => broken.remove('part-')],
    [
      'half installed',
      (broken: ReturnType<typeof installation>) => broken.breakDependency('commander', 'gone'),
    ],
  ])('when Provloom is %s', async (_, breakIt) => {
    const broken = installation()
    breakIt(broken)
    const command = ['--', 'sh', '-c', 'echo "rank $RANK"; exit 7']
    const one = await start(broken.bin, ['run', ...command]).ended
    expect([one.code, one.stdout]).toEqual([7, 'rank \n'])
    expect(one.stderr).toMatch(/^Error: .*\[NOT_BUILT\]\nTry: .*npm run build/)
    const ranks = ['run', '-n', '3', '--', 'sh', '-c', 'echo "rank $RANK of $WORLD_SIZE"']
    const three = await start(broken.bin, ranks).ended
    const said = [0, 1, 2].map((rank) => `rank ${rank} of 3`)
    expect([three.code, three.stdout.split('\n').sort()]).toEqual([0, ['', ...said]])
    const none = await start(broken.bin, ['validate', 'prov.json']).ended
    expect([none.code, none.stdout]).toEqual([3, ''])
    expect(none.stderr).toContain('[NOT_BUILT]')
  })

  it('where Node is too old', async () => {
    const old = folder()
    fs.writeFileSync(path.join(old, 'node'), '#!/bin/sh\necho v18.20.4\n', { mode: 0o755 })
    const env = { PATH: `${old}:${process.env['PATH']}` }
    const result = await start(bin, ['run', '--create-svg', '--', 'sh', '-c', 'exit 7'], { env }).ended
    expect(result.code).toBe(7)
    expect(result.stderr).toMatch(/^Error: Node v18.20.4 is too old \[NO_NODE\]\nTry: /)
    const four = await start(bin, ['run', '-n', '4', '--', 'true'], { env }).ended
    expect(four.code).toBe(3)
  })

  it('where Node finds no memory', async () => {
    const before = 'ulimit -v 300000; exec "$@"'
    const command = [bin, 'agent', '--', 'sh', '-c', 'exit 7']
    const result = await start('sh', ['-c', before, '-', ...command]).ended
    expect(result.code).toBe(7)
    expect(result.stderr).toMatch(/^Error: .*ulimit -v 300000 \[NO_NODE\]\nTry: /)
  })

  it('elsewhere, where somebody else has the place of its spool', async () => {
    const where = place()
    const spoolRoot = path.join(folder(), 'file')
    fs.writeFileSync(spoolRoot, '')
    const args = ['--provenance-save-dir', where.saveDir, '--spool-root', spoolRoot]
    const result = await runAfter('true', { ...where, args })
    expectWhole(where, result)
    expect(result.stderr).toContain(`${spoolRoot} is no folder; spools are in `)
  })
})

describe('a command that cannot be run', () => {
  it.each([
    ['that is not there', 'no-such-command', 127, 'There is no command no-such-command'],
    ['that may not be executed', '/etc/passwd', 126, 'Could not start /etc/passwd'],
    ...seldom<[string, string, number, string]>(
      ['whose folder is a file', '/etc/passwd/train', 127, 'There is no command /etc/passwd/train'],
      ['that is a folder', '/etc', 126, 'Could not start /etc'],
    ),
  ])('%s ends as in a shell, with Error and Try', async (_, command, code, message) => {
    for (const how of ['run', 'agent']) {
      for (const ignored of ['', 'trap "" HUP; ']) {
        const words = [bin, how, ...place().args, '--', command]
        const result = await start('sh', ['-c', `${ignored}exec "$@"`, '-', ...words]).ended
        expect(result.code, result.stderr).toBe(code)
        expect(result.stderr).toContain(`Error: ${message}`)
        expect(result.stderr).toMatch(/\[COMMAND_NOT_FOUND\]\nTry: /)
      }
    }
  })
})

it('only a command line that is wrong is refused', async () => {
  const result = await provloom(['run', '--no-such-option', '--', 'sh', '-c', 'echo ran'])
  expect([result.code, result.stdout]).toEqual([2, ''])
})

it('a command has its variables as they were, whatever their names and values', async () => {
  const mine = {
    'BASH_FUNC_module%%': '() {  echo loaded\n}',
    'conda.channel': 'a b',
    QUOTES: `'"$(id)\\`,
    EMPTY: '',
    PWD: '/somewhere/else',
    OLDPWD: '/before',
    SHLVL: '7',
    _: '/usr/bin/train',
    provloom_file: 'mine',
    NODE_OPTIONS: '--max-old-space-size=100',
    NODE_CHANNEL_FD: '77',
  }
  const env = { PATH: process.env['PATH'] ?? '', ...mine }
  const show = 'import json, os; print(json.dumps(dict(os.environ)))'
  const words = [bin, 'run', ...place().args, '--', python, '-c', show]
  const stdout = execFileSync('/usr/bin/env', ['-i', ...assignments(env), ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString()
  const seen: Record<string, string> = JSON.parse(stdout)
  expect(Object.fromEntries(Object.keys(env).map((name) => [name, seen[name]]))).toEqual(env)
  const more = Object.keys(seen).filter((name) => !(name in env))
  expect(
    more.filter(
      (name) =>
        !/^(PROVLOOM_|PYTHONPATH$|(LOCAL_|NODE_)?RANK$|(LOCAL_)?WORLD_SIZE$|MASTER_|LC_CTYPE$)/.test(name),
    ),
  ).toEqual([])
})

function assignments(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`)
}

it('an argument that is no UTF-8, which Node changes, is told', async () => {
  const { args } = place()
  const words = ['node', bin, 'run', ...args, '--', 'printf', '%s'].map((word) => `'${word}'`)
  const result = await start('sh', ['-c', `${words.join(' ')} "$(printf 'a\\377b')"`]).ended
  expect(result.code).toBe(0)
  expect(result.stderr.match(/an argument of the command is no UTF-8/g)).toHaveLength(1)
  const plain = await start('sh', ['-c', `${words.join(' ')} "ünï"`]).ended
  expect(plain.stdout).toBe('ünï')
  expect(plain.stderr).not.toContain('no UTF-8')
})
