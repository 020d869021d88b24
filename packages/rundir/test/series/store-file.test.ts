import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkedBytes } from '@provloom/rundir/internal'
import { readStore, storeBytes } from '@provloom/rundir/series'
import type { StoreState } from '@provloom/rundir/series'
import { lsn } from '@provloom/shared'

let folder: string
let file: string

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-store-'))
  file = path.join(folder, 'store')
})

afterEach(() => fs.rmSync(folder, { recursive: true }))

const state: StoreState = {
  through: lsn(9),
  replayFrom: lsn(4),
  parts: [{ file: 'metrics/part-000000000000.parquet', rows: 3, bytes: 99, sha256: 'ab' }],
  series: [
    ['w-1', 0, 0, 0, 'training', null, 'loss', 2],
    ['w-1', 1, 0, 0, null, 'gpu', 'power', 3],
  ],
}

test('what the parts hold is read back as it was written, and known when one bit of it is wrong', () => {
  expect(readStore(file)).toEqual({ kind: 'none' })
  const bytes = Buffer.concat(storeBytes(state))
  fs.writeFileSync(file, bytes)
  expect(readStore(file)).toEqual({ kind: 'read', content: state })
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at]! ^= 1
    fs.writeFileSync(file, damaged)
    expect(readStore(file).kind).toBe('bad')
  }
})

const part = ['metrics/part-000000000000.parquet', 3, 99, 'ab']
const series = ['w-1', 0, 0, 0, null, null, 'loss', 2]

test.each([
  ['of another format', 2, [9, 4, [], []], 'format 2, not 1'],
  ['without its series', 1, [9, 4, []], 'wrong fields'],
  ['with a position that is none', 1, [-2, 4, [], []], 'wrong fields'],
  ['that is read on from nowhere', 1, [9, -1, [], []], 'wrong fields'],
  ['with a part that is not whole', 1, [9, 4, [part.slice(0, 3)], []], 'wrong fields'],
  ['with a series that is not whole', 1, [9, 4, [part], [series.slice(0, 6)]], 'wrong fields'],
])('one %s is refused, and says why', (_, format, fields, reason) => {
  fs.writeFileSync(file, Buffer.concat(checkedBytes(format, fields)))
  expect(readStore(file)).toEqual({ kind: 'bad', reason })
})

test('before anything is in a part there is no last entry', () => {
  fs.writeFileSync(
    file,
    Buffer.concat(storeBytes({ through: lsn(-1), replayFrom: lsn(0), parts: [], series: [] })),
  )
  expect(readStore(file)).toMatchObject({ kind: 'read', content: { through: -1 } })
})
