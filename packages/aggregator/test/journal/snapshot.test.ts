import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lsn, systemFiles } from '@provloom/shared'
import { readSnapshot, writeSnapshot } from '../../src/journal/snapshot.ts'

test('reads a snapshot back, and knows a damaged one', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-snapshot-'))
  const file = path.join(folder, 'snapshot')
  expect(readSnapshot(file)).toEqual({ kind: 'none' })
  const snapshot = {
    applied: lsn(12),
    through: lsn(9),
    graph: Buffer.from('g'),
    metrics: Buffer.from('m'),
  }
  await writeSnapshot(systemFiles(), file, snapshot)
  expect(readSnapshot(file)).toEqual({ kind: 'snapshot', snapshot })
  const bytes = fs.readFileSync(file)
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at]! ^= 1
    fs.writeFileSync(file, damaged)
    expect(readSnapshot(file).kind).toBe('bad')
  }
  fs.rmSync(folder, { recursive: true })
})
