import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { endGeneration } from '@provloom/shared'
import { elect } from '../../src/meet/election.ts'
import { freshFolder } from '../support/place.ts'

test('who meets first in a save directory that is not there makes it as the user’s own programs would', () => {
  const saveDir = path.join(freshFolder(), 'deep', 'prov')
  const meeting = path.join(saveDir, '.provloom', 'job')
  const before = process.umask(0o027)
  try {
    expect(elect(meeting, undefined)).toEqual({ kind: 'ours', generation: 0 })
  } finally {
    process.umask(before)
  }
  const modes = [path.dirname(saveDir), saveDir, meeting].map((one) =>
    (fs.statSync(one).mode & 0o777).toString(8),
  )
  expect(modes).toEqual(['750', '750', '700'])
})

test('where no folder can be made that is said, and nobody tries for ever', () => {
  expect(() => elect('/proc/provloom-test/job', undefined)).toThrow(/ENOENT/)
})

test('the next generation is started by one, for the one that has left, and by no one who saw an earlier one leave', () => {
  const meeting = path.join(freshFolder(), '.provloom', 'job')
  expect(elect(meeting, undefined)).toEqual({ kind: 'ours', generation: 0 })
  expect(elect(meeting, undefined)).toEqual({ kind: 'theirs' })
  expect(elect(meeting, 0)).toEqual({ kind: 'ours', generation: 1 })
  // It has not written its connection yet: that of the one before is still there.
  expect(elect(meeting, 0)).toEqual({ kind: 'theirs' })
  expect(elect(meeting, 1)).toEqual({ kind: 'ours', generation: 2 })
})

test('the next generation is started at once where the one before has left and taken its connection file along', () => {
  const meeting = path.join(freshFolder(), '.provloom', 'job')
  expect(elect(meeting, undefined)).toEqual({ kind: 'ours', generation: 0 })
  expect(elect(meeting, undefined)).toEqual({ kind: 'theirs' })
  endGeneration(meeting, 0)
  expect(elect(meeting, undefined)).toEqual({ kind: 'ours', generation: 1 })
  expect(elect(meeting, undefined)).toEqual({ kind: 'theirs' })
})
