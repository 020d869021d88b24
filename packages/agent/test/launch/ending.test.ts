import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { rankEndOf } from '../../src/ending.ts'
import { freshFolder } from '../support/place.ts'

test('a failed worker’s reason is what torch wrote into its error file', () => {
  const file = path.join(freshFolder(), 'error.json')
  fs.writeFileSync(
    file,
    JSON.stringify({ message: { message: 'RuntimeError: shapes differ', extraInfo: {} } }),
  )
  const variables = { TORCHELASTIC_ERROR_FILE: file }
  expect(rankEndOf({ kind: 'exited', code: 1 }, undefined, variables, 0)).toEqual({
    type: 'rank.end',
    status: 'failed',
    exitCode: 1,
    error: 'RuntimeError: shapes differ',
  })
})

test.each([
  [
    { kind: 'exited', code: 0 },
    { status: 'completed', exitCode: 0 },
  ],
  [
    { kind: 'exited', code: 3 },
    { status: 'failed', exitCode: 3 },
  ],
  [
    { kind: 'killed', signal: 'SIGTERM' },
    { status: 'killed', signal: 'SIGTERM' },
  ],
  [undefined, { status: 'incomplete' }],
] as const)('the end %j is told as %j', (end, told) => {
  expect(rankEndOf(end, undefined, {}, undefined)).toEqual({ type: 'rank.end', ...told })
})
