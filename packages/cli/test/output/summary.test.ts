import { expect, test } from 'vitest'
import type { RunFinished } from '@provloom/aggregator'
import type { RunAnswer } from '@provloom/reader'
import type { RunSummary } from '@provloom/rundir/entry'
import { attemptOf, rankOf } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { styleFor } from '../../src/output/style.ts'
import { renderSummary } from '../../src/output/summary.ts'
import type { SummaryFacts } from '../../src/output/summary-facts.ts'

const runId = '01893d5e-5c00-7000-8000-000000000000' as RunId

function told(more: Partial<RunSummary>, facts: Partial<SummaryFacts> = {}): string {
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
  const look = { style: styleFor({ isTTY: false }), width: Infinity, hinted: new Set<string>() }
  const files = [
    { name: 'prov.json', size: 67_200 },
    { name: 'prov.svg', size: 1 },
    { name: 'metrics', files: 1 },
  ]
  return renderSummary({ finished, run: undefined, valid: true, files, ...facts }, look)
}

test('says how many problems there are, when there are some', () => {
  expect(told({ problems: 2 }).split('\n')[0]).toBe('provloom: e_0 completed in 2.0 s, 2 problems')
  expect(told({}).split('\n')[0]).toBe('provloom: e_0 completed in 2.0 s')
})

test('says of each kind of problem what it is and what to try, and of a hint that it is one', () => {
  const kinds = [{ code: 'SAMPLE', count: 2, what: 'no sample', try: 'look' }] as const
  const lines = told({ problems: 2, problemKinds: kinds, hints: ['NO_RANK: no rank was said'] }).split('\n')
  expect(lines.slice(-5, -2)).toEqual([
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

function rankOfStatus(rank: number, status: 'completed' | 'failed'): RunSummary['ranks'][number] {
  const ledger = { sent: 1, stored: 1, dropped: 0 }
  return { rank: rankOf(rank), attempt: attemptOf(0), status, host: 'n01', ...ledger }
}

/** What of an answer a summary is made from. */
const answer = {
  run: 'e_0',
  directory: '/x/prov/e_0',
  metrics: [
    { id: 'training/loss', key: 'loss', ranks: 2, points: 40, first: 2.3, last: 0.7, min: 0.6, max: 2.4 },
    {
      id: 'validation/accuracy',
      key: 'accuracy',
      ranks: 2,
      points: 8,
      first: 0.74,
      last: 0.84,
      min: 0.7,
      max: 0.84,
    },
  ],
  findings: [],
  energy: [],
  notMeasured: [{ reason: 'no counters', hosts: 1 }],
  outputs: [
    { name: 'net_2.pt', kind: 'model', size: 17_800, sha256: '09d2ad0d'.padEnd(64, '0'), step: 239 },
    { name: 'net_1.pt', kind: 'model' },
  ],
  outputsMore: 0,
} as unknown as RunAnswer

const slow = { code: 'RANK_SLOW', level: 'warning', text: 'rank 1 (n01) set the pace', ranks: [1] } as const

test('values come first, then ranks, the model, energy, the ledger, files and what to type next', () => {
  const ranks = [rankOfStatus(0, 'completed'), rankOfStatus(1, 'completed')]
  expect(told({ ranks, worldSize: 2 }, { run: answer }).split('\n')).toEqual([
    'provloom: e_0 completed in 2.0 s',
    '  loss      2.300 → 0.700 (lowest 0.600)   accuracy 0.740 → 0.840 (best)',
    '  ranks     2 of 2 completed',
    '  model     net_2.pt  17.8 kB  09d2ad0d  step 239, 1 earlier version',
    '  energy    not measured: no counters',
    '  events    3 sent = 3 stored + 0 dropped (3 points, parameters and files)',
    '  files     /x/prov/e_0: prov.json 67.2 kB, valid; prov.svg; metrics/ 1 file',
    '  next      provloom show /x/prov/e_0    provloom ui /x/prov',
  ])
})

test('what stands out is told below the ranks, and why is what to type next', () => {
  const lines = told({}, { run: { ...answer, findings: [slow] } }).split('\n')
  expect(lines).toContain('            ▲ rank 1 (n01) set the pace')
  expect(lines.at(-1)).toMatch(/^ {2}next {6}provloom why /)
})

test('of ranks that ended otherwise, that never came and that were not collected there are numbers', () => {
  const ranks = [rankOfStatus(0, 'completed'), rankOfStatus(1, 'failed')]
  const text = told({ status: 'failed', ranks, absent: [2], worldSize: 3, ranksRefused: 1 }, { valid: false })
  expect(text).toContain('ranks     3: 1 completed, 1 failed, 1 never came, 1 rank not collected')
  expect(text).toContain('prov.json 67.2 kB, not valid: provloom validate')
})
