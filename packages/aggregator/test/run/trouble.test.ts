import fs from 'node:fs'
import { ProvloomError } from '@provloom/shared'
import { expect, test } from 'vitest'
import { Trouble } from '../../src/run/trouble.ts'
import type { AggregatorStatus } from '../../src/status.ts'

function refusedBySystem(): unknown {
  try {
    fs.readFileSync('/nowhere/at/all')
  } catch (error) {
    return error
  }
  return undefined
}

const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' })
const ours = new ProvloomError('LOG_FAILED', 'no log', { doing: 'write' })

test.each([
  ['ours keeps its own', ours, 'LOG_FAILED'],
  ['a full disk', full, 'FILE_UNWRITABLE'],
  [
    'a full disk that is told in other words',
    new Error('metric parts: full', { cause: full }),
    'FILE_UNWRITABLE',
  ],
  ['a folder that is not there', refusedBySystem(), 'FILE_UNWRITABLE'],
  [
    'too many open files',
    Object.assign(new Error('EMFILE'), { code: 'EMFILE', syscall: 'open' }),
    'OPEN_FILES',
  ],
  ['a bug of ours, which is no fault of the disk', new TypeError('undefined is no function'), 'INTERNAL'],
])('the code of a trouble is what happened: %s', (_, error, code) => {
  const told: AggregatorStatus[] = []
  const trouble = new Trouble((status) => told.push(status), undefined)
  trouble.began('flush', error)
  trouble.ended('flush', 'over')
  expect(told).toMatchObject([
    { kind: 'problem', code },
    { kind: 'problem-ended', code },
  ])
})
