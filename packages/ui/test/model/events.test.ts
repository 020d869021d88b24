import { expect, it } from 'vitest'
import type { RunAnswer, RunEvent } from '@provloom/reader'
import { happened } from '../../page/model/events.ts'

const at = (second: number, text: string, more: Partial<RunEvent> = {}): RunEvent => ({
  time: `2026-11-26T19:57:${second}.000Z`,
  kind: 'rank',
  text,
  ...more,
})

it('what ranks did alike one after the other is told once, and of a file how it is kept', () => {
  const events = [
    at(59, 'the run has ended', { kind: 'run' }),
    at(58, 'has ended', { rank: 3 }),
    at(57, 'its process ended: exit code 1', { rank: 3 }),
    at(56, 'has ended', { rank: 0 }),
    at(55, 'sets the pace, since step 31', { kind: 'finding', rank: 2 }),
    at(54, 'has ended', { rank: 2 }),
    at(53, 'saved model at step 4', { kind: 'file', rank: 0 }),
    at(52, 'saved other', { kind: 'file', rank: 0 }),
  ]
  const outputs = [{ name: 'model', kind: 'model', step: 4, size: 1000, sha256: 'abcdef0123', stored: 'x' }]
  const told = happened(events, { outputs } as unknown as RunAnswer)
  expect(told.map(({ rank, ranks, text }) => [ranks ?? rank, text])).toEqual([
    [undefined, 'the run has ended'],
    [[3, 0], 'have ended'],
    [3, 'its process ended: exit code 1'],
    [2, 'sets the pace, since step 31'],
    [2, 'has ended'],
    [0, 'saved model at step 4 · 1.0 kB · sha256 abcdef01 · copy kept'],
    [0, 'saved other'],
  ])
})
