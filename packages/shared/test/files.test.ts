import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeFolder, systemFiles, writeDurably } from '@provloom/shared'

const files = systemFiles()
let folder: string
let umask: number

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-files-'))
  umask = process.umask(0o027)
})

afterEach(() => {
  process.umask(umask)
  fs.rmSync(folder, { recursive: true, force: true })
})

function modeOf(name: string): string {
  return (fs.statSync(path.join(folder, name)).mode & 0o777).toString(8)
}

test('a file is its owner’s alone unless it is output, which follows the umask', async () => {
  await writeDurably(files, path.join(folder, 'key'), [Buffer.from('k')])
  await writeDurably(files, path.join(folder, 'out'), [Buffer.from('o')], 'umask')
  expect([modeOf('key'), modeOf('out')]).toEqual(['600', '640'])
})

test('a private folder does not close the folders above it', () => {
  files.makeFolder(path.join(folder, 'prov/.provloom/job'))
  files.makeFolder(path.join(folder, 'prov/run_0/metrics'), 'umask')
  expect(
    ['prov', 'prov/.provloom', 'prov/.provloom/job', 'prov/run_0', 'prov/run_0/metrics'].map(modeOf),
  ).toEqual(['750', '750', '700', '750', '750'])
})

test('making a folder that is there changes nothing', () => {
  files.makeFolder(path.join(folder, 'a'), 'umask')
  files.makeFolder(path.join(folder, 'a'))
  expect(modeOf('a')).toBe('750')
})

test('a folder is removed although another process writes in it all the time', async () => {
  const written = path.join(folder, 'written')
  fs.mkdirSync(written)
  const writer = spawn(process.execPath, ['-e', writes, written], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(writer.stdout, 'data')
  removeFolder(written)
  expect(fs.existsSync(written)).toBe(false)
  await once(writer, 'exit')
})

/** Files of ever new names, until their folder is gone. */
const writes = `
try {
  for (let name = 0; ; name++) {
    fs.writeFileSync(process.argv[1] + '/' + name, '')
    if (name === 100) fs.writeSync(1, 'begun')
  }
} catch (error) {
  process.exitCode = error.code === 'ENOENT' ? 0 : 1
}
`

test('removing a folder that is not there is no error', () => {
  expect(() => removeFolder(path.join(folder, 'absent'))).not.toThrow()
})
