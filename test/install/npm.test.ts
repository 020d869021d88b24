import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, repository, start } from '../support/cli.ts'
import { installed, manifestOf } from './packed.ts'
import { trainingScript } from './script.ts'

it('what npm packs runs in an empty folder, is imported by every door it has, and brings README, licence and the Python client', async () => {
  const { app, packages } = installed()
  expect(packages).toHaveLength(fs.readdirSync(path.join(repository, 'packages')).length)
  const versions = new Set(packages.map((one) => manifestOf(one).version))
  expect(versions.size).toBe(1)
  for (const place of packages) {
    const files = fs.readdirSync(place)
    expect(files, place).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json', 'dist']))
    expect(files, place).not.toContain('test')
  }
  const doors = packages.flatMap((place) => {
    const { name, exports } = manifestOf(place)
    return Object.keys(exports).map((door) => path.posix.join(name, door))
  })
  const imports = `for (const door of ${JSON.stringify(doors)}) await import(door)`
  fs.writeFileSync(path.join(app, 'doors.mjs'), imports)
  const loaded = await start(process.execPath, ['doors.mjs'], { cwd: app }).ended
  expect(loaded.code, loaded.stderr).toBe(0)

  const spools = folder()
  fs.writeFileSync(path.join(app, 'train.py'), trainingScript)
  const bin = path.join(app, 'node_modules/provloom/bin/provloom.js')
  const run = ['run', '-n', '2', '--collect-all-processes', '--create-svg', '--', 'python3', 'train.py']
  const env = { PROVLOOM_SPOOL_ROOT: spools, PYTHONPATH: '' }
  const result = await start(bin, run, { cwd: app, env }).ended
  expect(result.code, result.stderr).toBe(0)
  expect(result.stdout).toBe('True\nTrue\n')
  expect(result.stderr).toContain('ranks     2 of 2 completed')
  expect(fs.readdirSync(path.join(app, 'prov/digits_0'))).toEqual(
    expect.arrayContaining(['prov.json', 'prov.dot', 'prov.svg', 'run.json']),
  )
  // A plain script finds the command in node_modules above it; npm would have put the repository's on the way.
  const client = path.join(app, 'node_modules/provloom/python')
  const PATH = process.env['PATH']!.split(path.delimiter).filter((one) => !one.endsWith('node_modules/.bin'))
  const found = { ...env, PYTHONPATH: client, PATH: PATH.join(path.delimiter) }
  const plain = await start('python3', ['train.py'], { cwd: app, env: found }).ended
  expect(plain.stdout, plain.stderr).toBe('True\n')
})
