import type { StreamId } from '@provloom/shared'
import { expect, test } from 'vitest'
import { describeProblem, problemFact } from '../../src/session/outcome.ts'

const stream = 'worker-1' as StreamId

test('what is damaged in a stream and what is too large in it are two kinds of problem', () => {
  const damage = { file: '0.seg', offset: 7, bytes: 9, lost: 2 }
  const problems = [
    { kind: 'damage', stream, damage } as const,
    { kind: 'oversized', stream, number: 3, bytes: 2 ** 21 } as const,
  ]
  expect(problems.map((one) => problemFact(one, describeProblem(one)))).toEqual([
    { type: 'problem', code: 'BAD_RECORD', message: '2 records are damaged at byte 7 of 0.seg' },
    {
      type: 'problem',
      code: 'RECORD_TOO_LARGE',
      message: 'record 3 of worker-1 has 2097152 bytes, more than an event may have; it is left out',
    },
  ])
})
