import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemFiles, writeDurably } from '@provloom/shared'

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
