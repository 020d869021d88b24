import { describe, expect, it } from 'vitest'
import type { RanksAnswer, RunAnswer } from '@provloom/reader'
import { runIdFrom } from '@provloom/shared'
import { styleFor } from '../../src/output/style.ts'
import { widthOf } from '../../src/look/table.ts'
import { watchLines } from '../../src/watch/view.ts'
import type { Watched } from '../../src/watch/watched.ts'

const plain = styleFor({ isTTY: false })
const startMs = Date.parse('2026-11-26T19:55:10.000Z')
const nowMs = startMs + 61_000

interface Like {
  readonly ranks: number
  readonly hosts: number
  /** What is other of a rank. */
  readonly of?: (rank: number) => { readonly status?: string; readonly ratio?: number }
  readonly run?: Partial<RunAnswer>
}

function runOf({ ranks, hosts, run = {} }: Like): RunAnswer {
  const names = Array.from({ length: hosts }, (_, at) => hostName(at))
  return {
    run: 'digits-64_0',
    directory: '/x/prov/digits-64_0',
    runId: runIdFrom('01893d5e-5c00-7000-8000-000000000000')!,
    number: 0,
    experiment: 'digits-64',
    status: 'running',
    startTime: new Date(startMs).toISOString(),
    endTime: null,
    life: { state: 'alive', seen: new Date(nowMs).toISOString() },
    finished: false,
    asOf: new Date(nowMs).toISOString(),
    journalPosition: 7,
    worldSize: ranks,
    ranks: { running: ranks },
    logs: 1,
    ledger: { sent: 37_422, stored: 37_422, dropped: 0 },
    energy: [],
    notMeasured: [{ reason: 'no counters', hosts }],
    findings: [slow],
    users: ['root'],
    hosts: { shown: names.slice(0, 32), more: Math.max(0, hosts - 32) },
    params: [],
    paramsMore: 0,
    metrics: [],
    metricsTotal: 2,
    inputs: [],
    inputsMore: 0,
    outputs: [],
    outputsMore: 0,
    environment: [],
    hostFacts: [],
    problems: { count: 0, kinds: [] },
    hints: [],
    unread: [],
    going: {
      step: 169,
      stepTime: new Date(nowMs - 300).toISOString(),
      steps: 240,
      stepsPerSecond: 2.713,
      secondsToGo: 25.4,
    },
    ...run,
  }
}

const slow = {
  code: 'RANK_SLOW',
  level: 'warning',
  text: 'rank 37 (n05) sets the pace: 1.50× the median of the others, slow in 50 of the last 50 steps, since step 31; a step takes 0.37 s, without it 0.32 s (14 %)',
  ranks: [37],
} as const

function hostName(at: number): string {
  return `n${String(at + 1).padStart(2, '0')}`
}

function ranksOf({ ranks, hosts, of = () => ({}) }: Like): RanksAnswer {
  const rank = Array.from({ length: ranks }, (_, one) => one)
  const [none, empty] = [rank.map(() => 0), rank.map(() => '')]
  const status = rank.map((one) => of(one).status ?? 'running')
  const statuses: Record<string, number> = {}
  for (const one of status) statuses[one] = (statuses[one] ?? 0) + 1
  return {
    cursor: '7',
    columns: {
      rank,
      host: rank.map((one) => hostName(Math.floor(one / (ranks / hosts)))),
      local: none,
      device: empty,
      attempt: none,
      status,
      exit: none,
      signal: empty,
      lastStep: none,
      lastSeen: none,
      ratio: rank.map((one) => of(one).ratio ?? 1),
      sent: none,
      stored: none,
      dropped: none,
      error: empty,
    },
    odd: {},
    total: ranks,
    matched: ranks,
    statuses,
    ratioOf: { metric: '/compute_time@step', fromStep: 150, toStep: 169 },
    unread: [],
  }
}

const curve = Array.from({ length: 85 }, (_, at) => Math.exp(-at / 40))

function watched(like: Like): Watched {
  return {
    run: runOf(like),
    ranks: ranksOf(like),
    metrics: [
      { name: 'loss', spark: curve, last: 0.8321, range: { min: 0.435, max: 1.492 } },
      { name: 'accuracy', spark: curve.map((one) => 1 - one), last: 0.825 },
    ],
  }
}

function drawn(like: Like, width = 100, height = 24): string[] {
  return watchLines(watched(like), { width, height }, plain, nowMs)
}

const ofDesign: Like = { ranks: 64, hosts: 8, of: (rank) => (rank === 37 ? { ratio: 1.5 } : {}) }

describe('what watch draws', () => {
  it('answers how it goes: steps, metrics over ranks, who is slow, what is stored, energy', () => {
    expect(drawn(ofDesign, 108)).toMatchInlineSnapshot(`
      [
        "digits-64_0  ● running 1 min 1 s, about 25 s to go                            step 169 of 240, 2.71 a second",
        "  loss       ████▇▇▇▇▆▆▆▆▅▅▅▅▅▅▄▄▄▄▄▄▃▃▃▃▃▃▃▃▂▂▂▂▂▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  0.832  (ranks 0.435 to 1.492)",
        "  accuracy   ▁▁▁▁▂▂▂▂▃▃▃▃▄▄▄▄▄▄▅▅▅▅▅▅▆▆▆▆▆▆▆▆▇▇▇▇▇▇▇▇▇▇▇▇████████████████████  0.825",
        "  ranks      64 of 64 report, 8 hosts    compute time, last 20 steps, × median",
        "             n01 ········   n02 ········   n03 ········   n04 ········",
        "             n05 ·····█··   n06 ········   n07 ········   n08 ········     · to 1.08   ▒ to 1.25   █ above",
        "  ▲ rank 37 (n05) sets the pace: 1.50× the median of the others, slow in 50 of the last 50 steps, since step",
        "    31; a step takes 0.37 s, without it 0.32 s (14 %)",
        "  stored     37,422 events, 0 dropped      energy  not measured: no counters (8 hosts)",
      ]
    `)
  })

  it.each([80, 100, 160])('fits into %i columns, whatever there is to be shown', (width) => {
    for (const [ranks, hosts] of [
      [1, 1],
      [4, 1],
      [64, 8],
      [1024, 1],
      [1024, 128],
      [1024, 1024],
    ] as const)
      for (const height of [16, 24, 50]) {
        const lines = drawn(
          { ranks, hosts, of: (rank) => (rank === ranks - 1 ? { status: 'lost' } : {}) },
          width,
          height,
        )
        expect(lines.length).toBeLessThanOrEqual(height)
        for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width)
        expect(lines.join('\n')).toContain('stored')
        if (ranks > 1) expect(lines.join('\n'), `${ranks} on ${hosts}, ${height}`).toMatch(/[·]*\?/)
      }
  })

  it('shows machines on which something stands out before others, which are counted', () => {
    const of: Like['of'] = (rank) => (rank === 613 ? { ratio: 1.5 } : rank === 288 ? { status: 'lost' } : {})
    const lines = drawn({ ranks: 1024, hosts: 128, of }, 100, 24)
    const grid = lines.filter((line) => /n\d\d/.test(line) && !line.includes('hosts'))
    expect(grid[0]).toMatch(/^ +n37 +\?·······   n77 +·····█··   n01 +········/)
    expect(lines.join('\n')).toMatch(/and \d+ hosts more, \d+ ranks: nothing stands out there/)
  })

  it('keeps the worst of several ranks in a mark', () => {
    const lines = drawn({ ranks: 1024, hosts: 1, of: (rank) => (rank === 613 ? { ratio: 1.2 } : {}) })
    expect(lines.join('\n')).toMatch(/n01 ·{38}▒·{25}/)
    expect(lines.join('\n')).toContain('a mark: the worst of 16 ranks')
  })
})

describe('what watch says of a run that does not go on as it should', () => {
  const of = (run: Partial<RunAnswer>): string => drawn({ ...ofDesign, run }).join('\n')

  it('no sign of life, and what to type', () => {
    const seen = new Date(nowMs - 240_000).toISOString()
    expect(of({ life: { state: 'silent', seen } })).toMatch(
      /▲ no sign of life for 4 min 0 s; running, or ended unseen: provloom recover\s+\S*digits-64_0/,
    )
    expect(of({ life: { state: 'gone', seen } })).toMatch(
      /▲ ended unseen: what wrote it is gone since 26 Nov 19:52:11 UTC/,
    )
  })

  it('no step for long, where steps are quick', () => {
    const stepTime = new Date(nowMs - 240_000).toISOString()
    expect(of({ going: { step: 169, stepsPerSecond: 2, stepTime } })).toContain(
      'step 169, ▲ none for 4 min 0 s',
    )
    expect(of({ going: { step: 169, stepsPerSecond: 0.01, stepTime } })).toContain('step 169, 0.6 a minute')
  })

  it('records that were dropped, and problems', () => {
    const text = of({
      ledger: { sent: 10, stored: 8, dropped: 2 },
      problems: { count: 1, kinds: [{ code: 'SAMPLE', count: 1, what: 'no sample', try: 'look' }] },
    })
    expect(text).toContain('8 events, 2 dropped')
    expect(text).toContain('SAMPLE 1: no sample')
  })

  it('nothing that is logged yet', () => {
    const { run, ranks } = watched({ ranks: 4, hosts: 1 })
    const { going: _going, ...more } = run
    const none = { run: { ...more, metricsTotal: 0, findings: [] }, ranks, metrics: [] }
    const lines = watchLines(none, { width: 80, height: 24 }, plain, nowMs)
    expect(lines[0]).toBe('digits-64_0  ● running 1 min 1 s')
    expect(lines[1]).toBe('  metrics    none yet')
  })
})
