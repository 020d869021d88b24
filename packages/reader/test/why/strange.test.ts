import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../../../test/support/random.ts'
import { valuesByRank } from '../../src/why/load/differing.ts'
import { factsOf } from '../../src/why/load/facts.ts'
import { whyOf } from '../../src/why/why.ts'
import type { WhyAnswer } from '../../src/answer/why.ts'
import { sourcesOf } from './support/stream.ts'
import type { RankEnding, Told } from './support/stream.ts'
import { beginUs, train } from './support/training.ts'
import type { Plan } from './support/training.ts'

const gone = 'ConnectionResetError: [Errno 104] Connection reset by peer'
const oom = 'MemoryError'

const plain: Plan = {
  ranks: 8,
  perHost: 4,
  perDevice: 1,
  steps: 80,
  computeSeconds: 0.1,
  reduceSeconds: 0.01,
  dataShare: 0,
  logs: 'timer',
  noise: 0.02,
  bias: 0.01,
  offsetsUs: [0, 0],
  uncertaintyUs: 100,
}

async function whyOfTold(
  plan: Plan,
  endings: (rank: number) => Partial<RankEnding>,
  more: Partial<Told> = {},
): Promise<WhyAnswer> {
  const pace = plan.logs === 'named' ? 'forward_time' : undefined
  return whyOf(await factsOf(sourcesOf(toldOf(plan, endings, more)), pace))
}

function toldOf(
  plan: Plan,
  endings: (rank: number) => Partial<RankEnding> = () => ({}),
  more: Partial<Told> = {},
): Told {
  const points = train(plan, randomFrom(7))
  return {
    plan,
    points,
    absent: [],
    memoryShare: () => undefined,
    endings: points.map(({ endUs }, rank) => ({ status: 'completed', endUs, ...endings(rank) })),
    facts: () => [],
    ...more,
  }
}

const codes = ({ findings }: WhyAnswer): string[] =>
  findings.map(({ code, ranks }) => `${code} ${ranks.join()}`)

it('an error that every rank had by itself is said to be that of all', async () => {
  const answer = await whyOfTold(plain, (rank) => ({
    status: 'failed',
    exitCode: 1,
    error: `FileNotFoundError: no such file: 'shard-${rank}.tar'`,
  }))
  expect(answer.verdict).toMatch(
    /: ranks 0, 4 and 6-7 raised FileNotFoundError: .*, and so did ranks 1-3 and 5\./,
  )
  const one = await whyOfTold(plain, (rank) => ({
    status: 'failed',
    exitCode: 1,
    error: rank === 3 ? 'ValueError: of its own' : `FileNotFoundError: no such file: 'shard-${rank}.tar'`,
  }))
  expect(one.verdict).not.toMatch(/and so did/)
})

it('a rank whose git did not say in time what was changed is not said to differ', async () => {
  const changed = { type: 'source', path: '/repo', remote: 'r', commit: 'c0ffee1', dirty: true } as const
  const codes = async (odd: object): Promise<string[]> => {
    const { findings } = await whyOfTold(plain, () => ({}), {
      facts: (rank) => [
        { ...changed, diffSha256: 'ab'.repeat(32), diffBytes: 12, ...(rank === 5 ? odd : {}) },
      ],
    })
    return findings.map(({ code, ranks }) => `${code} ${ranks.join()}`)
  }
  expect(await codes({ diffSha256: undefined, diffBytes: undefined })).toEqual([])
  expect(await codes({ diffSha256: 'cd'.repeat(32) })).toEqual(['RANKS_DIFFER 5'])
  expect(await codes({ commit: 'decade1' })).toEqual(['RANKS_DIFFER 5'])
})

it('of two faults at once both are told, that which ended the run first', async () => {
  const stops = { rank: 5, step: 70, logged: false }
  const slower = (rank: number): number => (rank === 3 ? 1.5 : 1)
  const answer = await whyOfTold({ ...plain, stops, slower }, (rank) =>
    rank === 5
      ? { status: 'failed', exitCode: 1, error: oom }
      : { status: 'failed', exitCode: 1, error: gone },
  )
  expect(codes(answer)).toEqual(['OUT_OF_MEMORY 5', 'RANK_SLOW 3'])
})

it('clocks that are seconds apart change nothing, where it is known by how much', async () => {
  const stops = { rank: 5, step: 70, logged: true }
  const offsetsUs = [7_000_000, -4_000_000]
  const { first } = await whyOfTold({ ...plain, offsetsUs, stops }, (rank) => ({
    status: 'failed',
    exitCode: 1,
    error: rank === 5 ? 'KeyError: 3' : gone,
  }))
  expect(first?.rank).toBe(5)
  expect(first?.others).toHaveLength(7)
  const times = [first!, ...first!.others].map(({ timeUs = 0 }) => timeUs)
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(1_000_000)
})

it('of two slow ranks on two machines each is told, the slower one first', async () => {
  const slower = (rank: number): number => (rank === 2 ? 1.4 : rank === 6 ? 2 : 1)
  const answer = await whyOfTold({ ...plain, slower }, () => ({}))
  expect(codes(answer)).toEqual(['RANK_SLOW 6', 'RANK_SLOW 2'])
})

it('a slow machine of two is one, also where a rank of the other stumbles again and again', async () => {
  const slower = (rank: number, step: number): number =>
    rank < 4 ? 1.4 : rank === 5 && step % 3 === 0 ? 3 : 1
  const answer = await whyOfTold({ ...plain, slower }, () => ({}))
  expect(codes(answer)).toEqual(['HOST_SLOW 0,1,2,3'])
})

it('a rank whose error is NaN is told once for how it ended and once for where it began', async () => {
  const stops = { rank: 5, step: 70, logged: true }
  const isNan = (rank: number, step: number): boolean => rank === 5 && step >= 69
  const answer = await whyOfTold({ ...plain, stops, isNan, logs: 'before' }, (rank) => ({
    status: 'failed',
    exitCode: 1,
    error: rank === 5 ? 'FloatingPointError: loss is nan' : gone,
  }))
  expect(codes(answer)).toEqual(['RANK_FAILED 5', 'NAN_FIRST_SEEN 5'])
})

it('where only rank 0 logs nobody is compared with it, and it is said what is not known', async () => {
  const points = train(plain, randomFrom(7)).map((one, rank) => {
    const none = { step: [], timeUs: [], value: [] }
    return rank === 0 ? one : { ...one, loss: none, own: none, wait: none }
  })
  const answer = await whyOfTold(plain, () => ({}), { points })
  expect(codes(answer)).toEqual([])
  expect(answer.notIt).not.toContain('slow ranks')
  expect(answer.unknown).toEqual([expect.stringMatching(/^who is slow: only rank 0 /)])
})

it('of ranks that were all killed at once, and whose ends nobody saw, none is the first', async () => {
  const endUs = beginUs + 60e6
  const at = (rank: number): Partial<RankEnding> => ({ endUs: endUs + rank * 30 })
  const killed = await whyOfTold(plain, (rank) => ({ status: 'killed', signal: 'SIGKILL', ...at(rank) }))
  expect(killed.verdict).toBe('run_0 was killed: ranks 0-7 were all at once killed by SIGKILL.')
  expect(killed.first).toBeUndefined()
  expect(killed.notIt).not.toContain('signals')
})

it('the others are told in the order in which they ended, and no signals are denied that ended some', async () => {
  const stops = { rank: 5, step: 70, logged: true }
  const answer = await whyOfTold({ ...plain, stops }, (rank) =>
    rank === 5
      ? { status: 'failed', exitCode: 1, error: 'KeyError: 3', endUs: beginUs + 60e6 }
      : { status: 'killed', signal: 'SIGTERM', endUs: beginUs + (75 - rank) * 1e6 },
  )
  expect(answer.first?.rank).toBe(5)
  expect(answer.first?.others.map(({ rank }) => rank)).toEqual([7, 6, 4, 3, 2, 1, 0])
  expect(answer.notIt).not.toContain('signals')
  expect(answer.notIt).toContain('memory')
})

it('of a run that was ended from outside it is told that nothing had been logged for long', async () => {
  const answer = await whyOfTold({ ...plain, logs: 'after' }, () => ({
    status: 'killed',
    signal: 'SIGTERM',
    endUs: beginUs + 300e6,
  }))
  expect(codes(answer)).toEqual(['ENDED_FROM_OUTSIDE 0,1,2,3,4,5,6,7', 'NOTHING_LOGGED '])
  expect(answer.findings[1]?.text).toMatch(
    /^nothing was logged in the 4 min before the end, where a rank logged each 0\.1\d? s before$/,
  )
  const atOnce = await whyOfTold({ ...plain, logs: 'after' }, () => ({ status: 'killed', signal: 'SIGTERM' }))
  expect(codes(atOnce)).toEqual(['ENDED_FROM_OUTSIDE 0,1,2,3,4,5,6,7'])
})

/** Ranks that do not wait for each other: each takes its own time from log to log, and somewhat more or less. */
async function whyOfApart(seconds: readonly number[], more: Partial<Plan> = {}): Promise<WhyAnswer> {
  const random = randomFrom(11)
  const none = { step: [], timeUs: [], value: [] }
  const points = seconds.map((each) => {
    let at = beginUs
    const loss = { step: [] as number[], timeUs: [] as number[], value: [] as number[] }
    for (let step = 0; step < 40; step++) {
      at += each * 1e6 * (0.9 + 0.2 * random.unit())
      loss.step.push(step)
      loss.timeUs.push(Math.round(at))
      loss.value.push(1 / (step + 1))
    }
    return { loss, own: none, wait: none, endUs: at + 1e3 }
  })
  const plan: Plan = { ...plain, ranks: seconds.length, logs: 'after', ...more }
  return whyOfTold(plan, (rank) => ({ endUs: points[rank]!.endUs }), { points })
}

it('of ranks that do not wait for each other the slower ones are told, with the quickest, by when they log', async () => {
  const answer = await whyOfApart([0.05, 0.1, 0.15, 0.2])
  expect(codes(answer)).toEqual(['PACES_DIFFER 2,3'])
  expect(answer.findings[0]?.text).toMatch(
    /^ranks 2-3 were slower .*: rank 3 took 0\.2 s a step, (?:3\.[89]|4\.[01])\d× as long as rank 0 /,
  )
  expect(codes(await whyOfApart([0.1, 0.4]))).toEqual(['PACES_DIFFER 1'])
})

it('a metric that seems to tell who is slow is named, where no timer does', async () => {
  const points = train({ ...plain, logs: 'after' }, randomFrom(7))
  const sources = sourcesOf({
    plan: { ...plain, logs: 'after' },
    points,
    absent: [],
    memoryShare: () => undefined,
    endings: points.map(({ endUs }) => ({ status: 'completed', endUs })),
    facts: () => [],
  })
  const likely = [...sources.metrics, { key: 'epoch_time' }, { key: 'fwd_time', context: 'training' }]
  const { unknown } = whyOf(await factsOf({ ...sources, metrics: likely }))
  expect(unknown).toEqual([
    expect.stringMatching(
      /^who is slow: .* lockstep .*, or ask by training\.fwd_time, if that is it: provloom why run_0 --pace-metric training\.fwd_time$/,
    ),
  ])
})

it('ranks that were not to be recorded are counted, and nothing is denied of them', async () => {
  const alone = train(plain, randomFrom(7)).slice(0, 1)
  const sources = sourcesOf({
    plan: { ...plain, ranks: 1 },
    points: alone,
    absent: [],
    memoryShare: () => undefined,
    endings: alone.map(({ endUs }) => ({ status: 'completed', endUs })),
    facts: () => [],
  })
  const settings = {
    provUserNamespace: 'www.example.org',
    experimentName: 'digits',
    collectAllProcesses: false,
    saveAfterNLogs: 100,
  }
  const answer = whyOf(await factsOf({ ...sources, file: { ...sources.file, settings, worldSize: 8 } }))
  expect(answer.notRecorded).toBe(7)
  expect(answer.unknown).toEqual(['ranks 1-7 of 8: not recorded (provloom run --collect-all-processes)'])
  expect(answer.notIt).not.toContain('ranks that differ')
})

it('the first infinity is told as the first NaN is, and before one that came of it', async () => {
  const points = train({ ...plain, logs: 'before' }, randomFrom(7))
  const own = points.map(({ loss, ...rest }, rank) => ({
    ...rest,
    loss: { ...loss, value: loss.value.map((one, step) => (rank === 2 && step >= 30 ? Infinity : one)) },
    own: { ...loss, value: loss.value.map((one, step) => (rank === 2 && step >= 31 ? NaN : one)) },
  }))
  const sources = sourcesOf({
    plan: { ...plain, logs: 'before' },
    points: own,
    absent: [],
    memoryShare: () => undefined,
    endings: own.map(({ endUs }) => ({ status: 'completed', endUs })),
    facts: () => [],
  })
  const counted = sources.file.head!.metrics.shown.map(({ key, nan, infinite }) => [key, nan, infinite])
  expect(counted).toContainEqual(['loss', undefined, 50])
  const answer = whyOf(
    await factsOf({
      ...sources,
      metrics: [...sources.metrics, { key: 'compute_time', context: 'training', source: 'step' }],
    }),
  )
  expect(codes(answer).filter((one) => one.includes('FIRST_SEEN'))).toEqual(['INFINITY_FIRST_SEEN 2'])
  expect(answer.verdict).toMatch(
    /^run_0 completed: infinity in training\.loss on rank 2 since step 30; then NaN in training\.compute_time@step since step 31\./,
  )
  const again = own.map((one) => ({
    ...one,
    loss: { ...one.loss, value: [...one.loss.value.slice(0, -1), 1] },
  }))
  expect(codes(await whyOfTold({ ...plain, logs: 'before' }, () => ({}), { points: again }))).toEqual([])
})

it('of a parameter that ranks have not alike it is told which ranks have which value', () => {
  const points = train(plain, randomFrom(7))
  const { document } = sourcesOf({
    plan: plain,
    points,
    absent: [],
    memoryShare: () => undefined,
    endings: points.map(({ endUs }) => ({ status: 'completed', endUs })),
    facts: (rank) => [
      { type: 'param', key: 'seed', valueType: 'int', value: rank === 5 ? '8' : '7' },
      { type: 'param', key: 'lr', valueType: 'float', value: '0.1' },
    ],
  })
  expect([...valuesByRank(document!, new Set(['seed', 'lr']))]).toEqual([
    [
      'seed',
      [
        { value: '7', ranks: [0, 1, 2, 3, 4, 6, 7] },
        { value: '8', ranks: [5] },
      ],
    ],
  ])
})

it('ranks that are about as slow are named together, with what it costs that they all are', async () => {
  const slower = (rank: number): number => (rank === 2 || rank === 6 ? 2.5 : 1)
  const [one, ...others] = (await whyOfTold({ ...plain, slower }, () => ({}))).findings
  expect([one?.code, one?.ranks, others]).toEqual(['RANK_SLOW', [2, 6], []])
  expect(one?.text).toMatch(/^ranks 2 and 6 set the pace: .* without them /)
  const { stepSeconds = 0, stepSecondsWithout = 0 } = one?.evidence ?? {}
  expect(stepSecondsWithout / stepSeconds).toBeCloseTo(1 / 2.5, 1)
})

it('where a slower rank is gone a less slow one is told with what is gained then', async () => {
  const slower = (rank: number): number => (rank === 2 ? 1.5 : rank === 3 ? 3 : 1)
  const { findings } = await whyOfTold({ ...plain, slower }, () => ({}))
  const seconds = findings.map(({ evidence }) => [evidence?.stepSeconds, evidence?.stepSecondsWithout])
  expect(findings.map(({ ranks }) => ranks)).toEqual([[3], [2]])
  expect(seconds[1]![0]).toBeCloseTo(seconds[0]![1]!, 2)
  expect(seconds[1]![1]).toBeLessThan(0.14)
})

describe('of ranks that do not wait for each other', () => {
  const alone: Plan = { ...plain, alone: true }
  const slower = (rank: number): number => (rank === 5 ? 4 : 1)

  it.each(['timer', 'after', 'before', 'named'] as const)(
    'the slower one is told as that, and nothing is promised of it, by what they log (%s)',
    async (logs) => {
      const answer = await whyOfTold({ ...alone, logs, slower }, () => ({}))
      const [one, ...others] = answer.findings
      expect([one?.code, one?.level, one?.ranks, others]).toEqual(['PACES_DIFFER', 'note', [5], []])
      expect(one?.text).toMatch(
        /^rank 5 was slower than the others, which did not wait for it: it took 0\.4\d? s a step/,
      )
      expect([one?.evidence?.costSeconds, one?.evidence?.stepSecondsWithout]).toEqual([undefined, undefined])
      expect(answer.unknown.filter((words) => words.startsWith('who is slow'))).toEqual([])
    },
  )

  it('the one with fewer and larger steps is none that sets the pace', async () => {
    const stepsOf = (rank: number): number => (rank === 1 ? 40 : 80)
    const twice = (rank: number): number => (rank === 1 ? 2 : 1)
    const answer = await whyOfTold({ ...alone, slower: twice, stepsOf }, () => ({}))
    expect(codes(answer)).toEqual(['PACES_DIFFER 1'])
  })

  it('who are all as quick, nobody is named, and no lockstep is claimed', async () => {
    const answer = await whyOfTold({ ...alone, logs: 'after', bias: 0.05 }, () => ({}))
    expect(codes(answer)).toEqual([])
    expect(answer.unknown).toEqual([expect.stringMatching(/^who is slow: all take about as long/)])
  })
})

it('lockstep is said where it is seen', async () => {
  const answer = await whyOfTold(
    { ...plain, logs: 'after', offsetsUs: [0, 0], uncertaintyUs: 4_000 },
    () => ({}),
  )
  expect(answer.unknown).toEqual([
    expect.stringMatching(/^who is slow: ranks run in lockstep; log compute time/),
  ])
})
