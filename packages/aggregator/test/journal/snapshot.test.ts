import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lsn } from '@provloom/shared'
import { readSnapshot, snapshotBytes } from '../../src/journal/snapshot.ts'

test('reads a snapshot back, and knows a damaged one', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-snapshot-'))
  const file = path.join(folder, 'snapshot')
  expect(readSnapshot(file)).toEqual({ kind: 'none' })
  const snapshot = { applied: lsn(12), graph: Buffer.from('g') }
  const bytes = Buffer.concat(snapshotBytes(snapshot))
  fs.writeFileSync(file, bytes)
  expect(readSnapshot(file)).toEqual({ kind: 'read', content: snapshot })
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at]! ^= 1
    fs.writeFileSync(file, damaged)
    expect(readSnapshot(file).kind).toBe('bad')
  }
  fs.rmSync(folder, { recursive: true })
})
