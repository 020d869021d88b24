import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeRunDirectory, safeName } from '../../src/run/directory.ts'

test('numbers run directories of an experiment above all there are', () => {
  const saveDir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-runs-'))
  fs.mkdirSync(path.join(saveDir, 'exp_7'))
  fs.mkdirSync(path.join(saveDir, 'exp_other_9'))
  expect(makeRunDirectory(saveDir, 'exp')).toEqual({ path: path.join(saveDir, 'exp_8'), number: 8 })
  expect(makeRunDirectory(saveDir, 'exp').number).toBe(9)
  expect(makeRunDirectory(path.join(saveDir, 'deep/er'), 'exp').number).toBe(0)
  fs.rmSync(saveDir, { recursive: true })
})

test.each([
  ['résumé of a run', 'r-sum-of-a-run'],
  ['../../etc', 'etc'],
  ['..', 'run'],
  ['a/b', 'a-b'],
  ['.hidden', 'hidden'],
  ['ok_1.2-x', 'ok_1.2-x'],
])('makes a folder name of %s', (name, safe) => {
  expect(safeName(name)).toBe(safe)
})
