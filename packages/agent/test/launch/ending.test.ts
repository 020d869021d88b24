import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { rankEndOf } from '../../src/session/rank-end.ts'
import { freshFolder } from '../support/place.ts'

const nothing = {
  said: undefined,
  process: undefined,
  variables: {},
  killsBefore: undefined,
  lastUs: undefined,
}

test('a failed worker’s reason is what torch wrote into its error file', () => {
  const file = path.join(freshFolder(), 'error.json')
  fs.writeFileSync(
    file,
    JSON.stringify({ message: { message: 'RuntimeError: shapes differ', extraInfo: {} } }),
  )
  const variables = { TORCHELASTIC_ERROR_FILE: file }
  expect(rankEndOf({ ...nothing, process: { kind: 'exited', code: 1 }, variables, killsBefore: 0 })).toEqual({
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
  expect(rankEndOf({ ...nothing, process: end })).toEqual({ type: 'rank.end', ...told })
})

test.each([
  [
    { kind: 'exited', code: 0 },
    { exitCode: 0, status: 'completed' },
  ],
  [undefined, { status: 'incomplete' }],
] as const)(
  'SystemExit with a status that its script could not see is told by the exit code',
  (process, told) => {
    const end = { type: 'session.end', time: 5, status: 'incomplete', by: 'exit' } as const
    expect(rankEndOf({ ...nothing, said: end, process })).toEqual({ type: 'rank.end', time: 5, ...told })
  },
)

const said = { type: 'session.end', time: 5, status: 'completed', by: 'call' } as const

test.each([
  ['said by end_run stands, whatever the process does later', said, { kind: 'exited', code: 3 }, 'completed'],
  [
    'that the next start_run overtook is incomplete',
    { ...said, by: 'next', status: 'incomplete' },
    undefined,
    'incomplete',
  ],
  [
    'of an interpreter is less than its exit code',
    { ...said, by: 'exit' },
    { kind: 'exited', code: 3 },
    'failed',
  ],
  [
    'of an interpreter stands where no code was seen',
    { ...said, by: 'exit', status: 'failed' },
    undefined,
    'failed',
  ],
] as const)('an end %s', (_, end, process, status) => {
  expect(rankEndOf({ ...nothing, said: end, process })).toMatchObject({ time: 5, status })
})
