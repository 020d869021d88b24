import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { hasGit } from '../../../../test/support/needs.ts'
import { recordedVariables } from '../../src/source/allow-list.ts'
import { environmentFact } from '../../src/source/environment.ts'
import { energyNote } from '../../src/source/host/host.ts'
import { Facts } from '../../src/source/facts.ts'
import { interpreterOf, nameOf } from '../../src/source/interpreter.ts'
import { scriptOf } from '../../src/source/script.ts'
import { workTreeOf } from '../../src/source/source-code.ts'
import type { SourceFact } from '../../src/source/source-code.ts'
import type { Fact } from '../../src/spool/own-stream.ts'
import { MachineTree } from '../support/machine.ts'
import { freshFolder } from '../support/place.ts'

const never = new AbortController().signal
const variables = { PATH: process.env['PATH'], HOME: '/nonexistent' }

async function sourceFact(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  own: readonly string[] = [],
): Promise<SourceFact | undefined> {
  return (await workTreeOf(folder, environment, false, signal, own))?.fact
}

function git(folder: string, ...argv: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-C', folder, ...argv], {
    encoding: 'utf8',
  }).trim()
}

describe('the work tree', () => {
  beforeEach(({ skip }) => skip(!hasGit, 'needs git'))

  test('is told with commit, branch, remote without credentials, and whether it has changes', async () => {
    const folder = freshFolder()
    git(folder, 'init', '-q', '-b', 'main')
    git(folder, 'remote', 'add', 'origin', 'https://me:token@host.example/a.git')
    fs.writeFileSync(path.join(folder, 'train.py'), 'pass\n')
    git(folder, 'add', '.')
    git(folder, 'commit', '-qm', 'first')
    const clean = await sourceFact(folder, variables, never)
    expect(clean).toEqual({
      type: 'source',
      path: fs.realpathSync(folder),
      commit: git(folder, 'rev-parse', 'HEAD'),
      branch: 'main',
      remote: 'https://host.example/a.git',
      dirty: false,
    })
    fs.writeFileSync(path.join(folder, 'train.py'), 'changed\n')
    expect(await sourceFact(folder, variables, never)).toMatchObject({
      dirty: true,
      diffSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test('is not changed by what Provloom itself has put into it', async () => {
    const folder = freshFolder()
    git(folder, 'init', '-q', '-b', 'main')
    fs.writeFileSync(path.join(folder, 'train.py'), 'pass\n')
    git(folder, 'add', '.')
    git(folder, 'commit', '-qm', 'first')
    for (const name of ['saved/.provloom/job/server.json', 'old/x_0/run.json', 'old/x_0/prov.json']) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      fs.writeFileSync(path.join(folder, name), '{}')
    }
    expect(await sourceFact(folder, variables, never)).toMatchObject({ dirty: false })
    const asked = path.join(folder, 'spools/asked')
    fs.mkdirSync(asked, { recursive: true })
    fs.writeFileSync(path.join(asked, 'a-boot-id.1f'), '{}')
    expect(await sourceFact(folder, variables, never, [asked])).toMatchObject({ dirty: false })
    fs.writeFileSync(path.join(folder, 'old/mine.txt'), '')
    expect(await sourceFact(folder, variables, never, [asked])).toMatchObject({ dirty: true })
  })

  test.each([
    ['there is no commit yet', ['init', '-q'], 'the repository FOLDER has no commit yet'],
    ['there is no work tree', ['init', '-q', '--bare'], 'FOLDER is in a git repository without a work tree'],
  ])('says why there is no commit where %s', async (_, words, problem) => {
    const folder = fs.realpathSync(freshFolder())
    git(folder, ...words)
    const fact = await sourceFact(folder, variables, never)
    expect(fact).toMatchObject({ type: 'source', path: folder, problem: problem.replace('FOLDER', folder) })
    expect(fact).not.toHaveProperty('commit')
  })

  test('is nothing where no repository holds the folder, with git and without', async () => {
    expect(await sourceFact(freshFolder(), variables, never)).toBeUndefined()
    expect(await sourceFact(freshFolder(), { PATH: '/nonexistent' }, never)).toBeUndefined()
  })

  test('says so where git is absent, and where it is too slow to be waited for', async () => {
    const folder = freshFolder()
    git(folder, 'init', '-q')
    const absent = await sourceFact(folder, { PATH: '/nonexistent' }, never)
    expect(absent).toMatchObject({ problem: 'git is not installed, or not on the PATH' })
    const slow = path.join(folder, 'git')
    fs.writeFileSync(slow, '#!/bin/sh\nexec sleep 600\n', { mode: 0o700 })
    const asking = new AbortController()
    const answer = sourceFact(folder, { PATH: `${folder}:${process.env['PATH']}` }, asking.signal)
    asking.abort()
    expect(await answer).toMatchObject({ problem: 'git took more than 5 s' })
  })

  test.skipIf(process.getuid?.() !== 0)('of another user says how to have it read', async () => {
    const folder = freshFolder()
    git(folder, 'init', '-q')
    fs.chownSync(folder, 65_534, 65_534)
    fs.chownSync(path.join(folder, '.git'), 65_534, 65_534)
    const fact = await sourceFact(folder, variables, never)
    expect(fact?.problem).toContain('git config --global --add safe.directory')
  })

  test('is not one that the environment names instead of the folder', async () => {
    const [here, other] = [freshFolder(), freshFolder()]
    for (const folder of [here, other]) {
      git(folder, 'init', '-q')
      git(folder, 'commit', '-qm', folder, '--allow-empty')
    }
    const elsewhere = { ...variables, GIT_DIR: path.join(other, '.git'), GIT_WORK_TREE: other }
    const fact = await sourceFact(here, elsewhere, never)
    expect(fact).toMatchObject({ commit: git(here, 'rev-parse', 'HEAD'), dirty: false })
    expect(await sourceFact(freshFolder(), elsewhere, never)).toBeUndefined()
  })
})

test.runIf(hasGit)(
  'the repository that an installed program lies in is not the source of a run',
  async () => {
    const [tools, work] = [freshFolder(), freshFolder()]
    for (const folder of [tools, work]) {
      git(folder, 'init', '-q')
      git(folder, 'commit', '-qm', folder, '--allow-empty')
    }
    const program = path.join(tools, 'versions/bin/ipython')
    fs.mkdirSync(path.dirname(program), { recursive: true })
    for (const name of ['ipython', 'python3']) fs.writeFileSync(path.join(program, '..', name), '')
    const argv = [path.join(program, '../python3'), program]
    const sources = async (directory: string): Promise<unknown[]> => {
      const told: Fact[] = []
      const asker = {
        files: freshFolder(),
        saveDir: directory,
        script: undefined,
        wantsEnergy: true,
        tellsOfHost: false,
      }
      await new Facts().ask({ argv, directory, variables }, asker, (fact) => told.push(fact) > 0)
      return told.filter((fact) => fact.type === 'source')
    }
    expect(await sources(freshFolder())).toEqual([])
    expect(await sources(work)).toMatchObject([{ commit: git(work, 'rev-parse', 'HEAD') }])
  },
)

describe('the environment', () => {
  test('of a python command is its interpreter’s own word', async () => {
    const fact = await environmentFact(['python3', 'train.py'], freshFolder(), variables, never)
    const version = execFileSync('python3', ['-c', 'import platform; print(platform.python_version())'], {
      encoding: 'utf8',
    }).trim()
    expect(fact).toMatchObject({ type: 'environment', version: `CPython ${version}` })
  })

  test('of a python command runs nothing from the script’s folder', async () => {
    const folder = freshFolder()
    fs.writeFileSync(path.join(folder, 'json.py'), 'import os; open("ran", "w")\n')
    await environmentFact(['python3', 'train.py'], folder, variables, never)
    expect(fs.readdirSync(folder)).toEqual(['json.py'])
  })

  test('of an interpreter that fails still has platform and variables', async () => {
    const fact = await environmentFact(['/nowhere/python3', 'x.py'], freshFolder(), { RANK: '1' }, never)
    expect(fact).toMatchObject({ type: 'environment', variables: { RANK: '1' } })
  })

  test('holds allow-listed variables and no others', () => {
    expect(
      recordedVariables({ RANK: '1', AWS_SECRET_ACCESS_KEY: 'x', HOME: '/h', OMP_NUM_THREADS: '4' }),
    ).toEqual({
      OMP_NUM_THREADS: '4',
      RANK: '1',
    })
  })
})

describe('interpreter and script are found in', () => {
  test.each([
    [['python', 'train.py'], 'python', '/w/train.py', 'train'],
    [['/usr/bin/python3.11', '-u', '-W', 'ignore', 'a/b.py', '--x'], 'python', '/w/a/b.py', 'b'],
    [['python', '-m', 'package.train'], 'python', undefined, 'package.train'],
    [['python3', '-c', 'print()'], 'python', undefined, 'python3'],
    [['node', '--import', 'x', 'train.mjs'], 'node', '/w/train.mjs', 'train'],
    [['python3', '-Ic', 'print()', 'x.py'], 'python', undefined, 'python3'],
    [['python3', '-um', 'train', 'x.py'], 'python', undefined, 'python3'],
    [['python3', '-uW', 'ignore', 'train.py'], 'python', '/w/train.py', 'train'],
    [['node', '--eval', 'a/b', 'x.js'], 'node', undefined, 'node'],
    [['./a.out', 'x.py'], 'other', '/w/a.out', 'a.out'],
    [['echo', 'hi'], 'other', undefined, 'echo'],
  ])('%j', (argv, kind, script, name) => {
    expect(interpreterOf(argv, '/w')).toMatchObject(script === undefined ? { kind } : { kind, script })
    expect(nameOf(argv, '/w')).toBe(name)
  })

  test('the first line of a script', () => {
    const folder = freshFolder()
    fs.writeFileSync(path.join(folder, 'train'), '#!/usr/bin/env python3\n')
    expect(interpreterOf(['./train'], folder)).toMatchObject({ kind: 'python', program: 'python3' })
  })
})

describe('the folder of a command’s code', () => {
  const place = (root: string, name: string): string => {
    const file = path.join(root, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, '#!/usr/bin/env python3\n')
    return file
  }

  test('is the working folder for what is installed, in whatever repository that lies', () => {
    const root = freshFolder()
    const installed = [
      'pyenv/versions/3.12/bin/ipython',
      'pyenv/shims/ipython',
      'venv/bin/torchrun',
      'home/.local/bin/pytest',
      'nvm/versions/bin/tsx',
      'app/node_modules/tsx/dist/cli.mjs',
      'lib/python3.12/site-packages/pytest/__main__.py',
      'lib/python3.12/cProfile.py',
    ].map((name) => place(root, name))
    for (const beside of [
      'pyenv/versions/3.12/bin/python3',
      'venv/pyvenv.cfg',
      'home/.local/lib/python3.12/x',
      'nvm/versions/bin/node',
    ])
      place(root, beside)
    fs.symlinkSync(path.join(root, 'venv/bin/torchrun'), path.join(root, 'linked'))
    const train = path.join(root, 'train.py')
    fs.writeFileSync(train, '')
    for (const program of [...installed, path.join(root, 'linked'), '/usr/bin/env']) {
      expect(scriptOf([program, 'train.py'], root), program).toBe(train)
      expect(scriptOf([program, 'gone.py'], root), program).toBeUndefined()
      expect(scriptOf(['python3', program], root), program).toBeUndefined()
    }
    expect(scriptOf(['ipython'], root)).toBeUndefined()
  })

  test.each([
    [['python3', 'project/bin/train'], 'project/bin/train'],
    [['project/bin/train'], 'project/bin/train'],
    [['python3', 'project'], 'project/__main__.py'],
    [['python3', '-um', 'project'], 'project/__main__.py'],
    [['python3', '-m', 'project.fit', 'x.py'], 'project/fit.py'],
    [['python3', '-m', 'torch.distributed.run', '--nproc', '2', 'x.py'], 'x.py'],
    [['node', 'pack'], 'pack/index.js'],
    [['node', '--import', 'tsx', 'pack/index'], 'pack/index.js'],
    [['bash', 'run'], 'run'],
    [['bash', '-e', 'run', 'x.py'], 'run'],
    [['nice', '-n', '5', 'python3', 'x.py'], 'x.py'],
    [['Rscript', '--vanilla', 'fit.R'], 'fit.R'],
    [['./compiled', 'x.py'], 'x.py'],
    [['./compiled', 'data.bin'], undefined],
    [['python3', '-c', 'pass', 'x.py'], undefined],
    [['node', '-e', '1', 'x.py'], undefined],
    [['sh', '-c', 'run', 'x.py'], undefined],
    [['python3', '-', 'x.py'], undefined],
    [['true'], undefined],
  ])('of %j is %s', (argv, script) => {
    const root = freshFolder()
    for (const [name, text] of [
      ['project/bin/train', '#!/usr/bin/env python3\n'],
      ['project/__main__.py', ''],
      ['project/fit.py', ''],
      ['pack/index.js', ''],
      ['run', 'python3 x.py\n'],
      ['x.py', ''],
      ['fit.R', ''],
      ['compiled', '\u007fELF'],
      ['data.bin', ''],
    ] as const) {
      fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
      fs.writeFileSync(path.join(root, name), text)
    }
    expect(scriptOf(argv, root)).toBe(script === undefined ? undefined : path.join(root, script))
  })
})

test('a machine whose energy cannot be counted, or shall not be, says so', () => {
  const root = freshFolder()
  expect(energyNote(true, root)).toEqual({
    notMeasured:
      'energy: no counters that can be read (/sys/class/powercap is empty or not there: virtual machines and most containers have none)',
  })
  expect(energyNote(false, root)).toEqual({ notMeasured: expect.stringContaining('disable_codecarbon') })
  new MachineTree(root).zone('intel-rapl:0', 'package-0', 1)
  expect(energyNote(true, root)).toEqual({})
})
