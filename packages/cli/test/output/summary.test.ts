import { expect, test } from 'vitest'
import type { RunFinished } from '@provloom/aggregator'
import type { RunSummary } from '@provloom/rundir/entry'
import type { RunId } from '@provloom/shared'
import { styleFor } from '../../src/output/style.ts'
import { renderSummary } from '../../src/output/summary.ts'

const runId = '01893d5e-5c00-7000-8000-000000000000' as RunId

function told(more: Partial<RunSummary>): string {
  const summary: RunSummary = {
    runId,
    status: 'completed',
    startUs: 0,
    endUs: 2_000_000,
    ranks: [],
    absent: [],
    ranksRefused: 0,
    conflicts: 0,
    problems: 0,
    problemKinds: [],
    hints: [],
    logs: 3,
    total: { sent: 3, stored: 3, dropped: 0 },
    parts: [],
    ...more,
  }
  const finished: RunFinished = { kind: 'run-finished', runId, runDir: '/x/prov/e_0', summary, files: [] }
  return renderSummary(finished, styleFor({ isTTY: false }))
}

test('says how many problems there are, when there are some', () => {
  expect(told({ problems: 2 }).split('\n')[0]).toBe('provloom: run e_0 completed in 2.0 s, 2 problems')
  expect(told({}).split('\n')[0]).toBe('provloom: run e_0 completed in 2.0 s')
})

test('says of each kind of problem what it is and what to try, and of a hint that it is one', () => {
  const kinds = [{ code: 'SAMPLE', count: 2, what: 'no sample', try: 'look' }] as const
  const lines = told({ problems: 2, problemKinds: kinds, hints: ['NO_RANK: no rank was said'] }).split('\n')
  expect(lines.slice(-3)).toEqual([
    '  problem   SAMPLE 2: no sample',
    '            try: look',
    '  hint      NO_RANK: no rank was said',
  ])
})

test('adds up what no number holds', () => {
  const total = { sent: 2n ** 60n + 1n, stored: 1, dropped: 2n ** 60n }
  expect(told({ total })).toContain(
    '1,152,921,504,606,846,977 sent = 1 stored + 1,152,921,504,606,846,976 dropped',
  )
})
