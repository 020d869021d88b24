import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { elect } from '../../src/meet/election.ts'
import { freshFolder } from '../support/place.ts'

test('who meets first in a save directory that is not there makes it as the user’s own programs would', () => {
  const saveDir = path.join(freshFolder(), 'deep', 'prov')
  const meeting = path.join(saveDir, '.provloom', 'job')
  const before = process.umask(0o027)
  try {
    expect(elect(meeting, false)).toEqual({ kind: 'ours', generation: 0 })
  } finally {
    process.umask(before)
  }
  const modes = [path.dirname(saveDir), saveDir, meeting].map((one) =>
    (fs.statSync(one).mode & 0o777).toString(8),
  )
  expect(modes).toEqual(['750', '750', '700'])
})

test('where no folder can be made that is said, and nobody tries for ever', () => {
  expect(() => elect('/proc/provloom-test/job', false)).toThrow(/ENOENT/)
})
