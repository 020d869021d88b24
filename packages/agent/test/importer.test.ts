import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { identityOfProcess } from '@provloom/shared/process'
import { formatProcess } from '../src/place/tree-variable.ts'
import { claimSession } from '../src/session/importer.ts'
import { freshFolder } from './support/place.ts'

test('a session is handed in by one process at a time', async () => {
  const folder = freshFolder()
  const other = spawn('sleep', ['600'])
  const name = formatProcess(identityOfProcess(other.pid!)!)
  fs.writeFileSync(path.join(folder, 'importer.0'), name)
  expect(claimSession(folder)).toBe(name)
  other.kill('SIGKILL')
  await once(other, 'exit')
  expect(claimSession(folder)).toBeUndefined()
  // Ours already.
  expect(claimSession(folder)).toBeUndefined()
  expect(fs.readdirSync(folder)).toEqual(['importer.0', 'importer.1'])
})

test('a claim that does not say yet whose it is holds', () => {
  const folder = freshFolder()
  fs.writeFileSync(path.join(folder, 'importer.0'), '')
  expect(claimSession(folder)).toBe('')
})
