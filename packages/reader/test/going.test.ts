import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { Reader, RunRow } from '@provloom/reader'
import type { HeadSpan } from '@provloom/rundir'
import { givePoints } from './support/points.ts'
import type { Point } from './support/points.ts'
import { folder, makeRun } from './support/runs.ts'

interface Like {
  readonly status?: 'running' | 'completed'
  readonly params?: Readonly<Record<string, number | string>>
  /** When it began, seconds ago. */
  readonly ago?: number
  readonly span?: HeadSpan
  /** Steps that rank 2 has still before it when the others have come to the last. */
  readonly behind?: number
  /** How long ago the last step was logged, seconds. */
  readonly stalled?: number
  /** What step timers know of how far it is to go. */
  readonly told?: readonly { readonly source: string; readonly last: number; readonly lastStep: number }[]
}

const lastStep = 59
/** Of step 0, so that the last is logged now. */
const begunUs = (Math.floor(Date.now() / 1000) - lastStep) * 1e6

/** 4 ranks whose step timers tell: rank 2 takes twice the time from step 5 on. A step takes a second. */
async function trained({
  status = 'running',
  ago = 3600,
  behind = 0,
  stalled = 0,
  span,
  told = [],
  ...more
}: Like = {}): Promise<Reader> {
  const saveDir = folder()
  const ofStep = {
    key: 'compute_time',
    source: 'step',
    unit: 's',
    measured: true,
    ranks: 4,
    points: 240,
  } as const
  const head = { first: 0.5, last: 0.5, firstStep: 0, lastStep: 20, ...(span === undefined ? {} : { span }) }
  await makeRun(saveDir, {
    name: 'digits_0',
    status,
    second: (Date.now() - Date.parse('2026-11-26T19:57:11Z')) / 1000 - ago,
    ranks: 4,
    of: (rank) => {
      const last = lastStep - (rank === 2 ? behind : 0)
      return { lastStep: last, lastUs: begunUs + last * 1e6 }
    },
    ...more,
    // As a document that was saved a while ago has it.
    head: {
      metrics: {
        shown: [{ ...ofStep, ...head }, ...told.map((one) => ({ ...ofStep, ...head, key: 'steps', ...one }))],
        more: 0,
      },
    },
  })
  const points = [0, 1, 2, 3].flatMap((rank) =>
    Array.from({ length: lastStep + 1 - (rank === 2 ? behind : 0) }, (_, step): Point => {
      const value = rank === 2 && step >= 5 ? 0.9 : 0.45
      return { rank, step, value, key: 'compute_time', context: null, source: 'step' }
    }),
  )
  givePoints(path.join(saveDir, 'digits_0'), points, begunUs - stalled * 1e6)
  return openReader(saveDir)
}

describe('how far a run has come', () => {
  it('is told by the newest points, with the pace of the last steps', async () => {
    const { going } = await (await trained({ params: { steps: 240 } })).run()
    expect(going).toEqual({
      step: lastStep,
      stepTime: new Date((begunUs + lastStep * 1e6) / 1000).toISOString(),
      steps: 240,
      stepsPerSecond: 1,
      secondsToGo: 239 - lastStep,
    })
  })

  it('ends where no parameter says it, and where steps are others than it means', async () => {
    const goingTo = async (params: Readonly<Record<string, number | string>>): Promise<unknown> =>
      (await (await trained({ params })).run()).going?.steps
    expect(await goingTo({})).toBeUndefined()
    expect(await goingTo({ steps: 40 })).toBeUndefined()
    expect(await goingTo({ max_steps: -1 })).toBeUndefined()
    expect(await goingTo({ epochs: 5, steps_per_epoch: 100 })).toBe(500)
    expect(await goingTo({ num_train_epochs: 80 })).toBe(80)
  })

  it('does not take epochs for steps at the begin, when both are small', async () => {
    const { going } = await (await trained({ params: { epochs: 80 }, ago: 5 })).run()
    expect(going?.steps).toBeUndefined()
  })

  it('guesses no end where no step has come for long', async () => {
    const { going } = await (await trained({ params: { steps: 240 }, stalled: 60 })).run()
    expect(going).toMatchObject({ step: lastStep, stepsPerSecond: 1 })
    expect(going).not.toHaveProperty('secondsToGo')
  })

  it('is told of a run that has ended by the time in which it made steps', async () => {
    const span = { firstUs: begunUs, lastUs: begunUs + 10e6, gapUs: 1e6 }
    const { going } = await (await trained({ status: 'completed', ago: 7200, span })).run()
    expect(going).toEqual({ step: 20, stepsPerSecond: 2 })
  })

  it('has no pace where nothing goes on and nobody knows when it was logged', async () => {
    const { going } = await (await trained({ status: 'completed', params: { steps: 240 } })).run()
    expect(going).toEqual({ step: 20, steps: 240 })
  })

  it('ends where the step timer was told, or else where the loop over a loader does', async () => {
    const goingTo = async (like: Like): Promise<unknown> => {
      const { steps, loop } = (await (await trained(like)).run()).going ?? {}
      return [steps, loop]
    }
    const [total, loop] = [
      { source: 'step', last: 500, lastStep: 0 },
      { source: 'data', last: 80, lastStep: 40 },
    ]
    expect(await goingTo({ told: [total, loop] })).toEqual([500, undefined])
    expect(await goingTo({ told: [total], params: { steps: 100 } })).toEqual([500, undefined])
    expect(await goingTo({ told: [loop] })).toEqual([80, true])
    expect(await goingTo({ told: [loop], params: { epochs: 3 } })).toEqual([120, undefined])
    // Of a loop that is over, and epochs that are none of these loops.
    expect(await goingTo({ told: [{ ...loop, last: 50 }] })).toEqual([undefined, undefined])
    expect(await goingTo({ told: [loop], params: { epochs: 1 } })).toEqual([80, true])
  })
})

describe('a run that goes on and logs nothing', () => {
  const asked = async (ago: number): Promise<[Reader, RunRow['quiet']]> => {
    const lastUs = Date.now() * 1000 - ago * 1e6
    const span = { firstUs: lastUs - 590e6, lastUs, gapUs: 90e6 }
    const reader = await trained({ span })
    return [reader, (await reader.runs()).runs[0]?.quiet]
  }

  it('is told so, once that takes three times as long as an evaluation did', async () => {
    expect((await asked(260))[1]).toBeUndefined()
    const [reader, quiet] = await asked(280)
    expect(quiet?.usualSeconds).toBeCloseTo(10)
    const { quiet: same, findings } = await reader.run()
    expect(same).toEqual(quiet)
    expect(findings.find(({ code }) => code === 'NOTHING_LOGGED')).toMatchObject({
      level: 'note',
      text: expect.stringMatching(
        /^nothing is logged since .* UTC, for 4 min, where a rank logged each 10 s before$/,
      ) as string,
    })
  })

  it('is not taken for one that evaluates after ten minutes', async () => {
    const { findings, verdict } = await (await asked(700))[0].why()
    expect(findings.map(({ code, level }) => [code, level])).toContainEqual(['NOTHING_LOGGED', 'warning'])
    expect(verdict).toMatch(/^digits_0 is running: /)
  })
})

describe('who is slow', () => {
  it('is told by the step timer, rank by rank', async () => {
    const { columns, ratioOf } = await (await trained()).ranks()
    expect(ratioOf).toEqual({ metric: '/compute_time@step', fromStep: 40, toStep: lastStep })
    expect(columns.rank.map((rank, at) => [rank, columns.ratio[at]])).toEqual([
      [2, 2],
      [0, 1],
      [1, 1],
      [3, 1],
    ])
  })

  it('is told of a rank that is far behind the others too', async () => {
    const { columns } = await (await trained({ behind: 30 })).ranks()
    expect([columns.rank[0], columns.ratio[0]]).toEqual([2, 2])
  })

  it('is in the head, as why has it', async () => {
    const reader = await trained()
    const { findings } = await reader.run()
    expect(findings.map(({ code, ranks, since }) => [code, ranks, since?.step])).toEqual([
      ['RANK_SLOW', [2], 5],
    ])
    expect(findings).toEqual((await reader.why()).findings)
  })

  it('is told to who follows the run, once', async () => {
    const reader = await trained()
    const first = await reader.changes(undefined, { events: true })
    expect(first.findings?.map(({ code }) => code)).toEqual(['RANK_SLOW'])
    // When step 5 was, as the later ones took a second each.
    const time = new Date((begunUs + 5e6) / 1000).toISOString()
    expect(first.events?.filter(({ kind }) => kind === 'finding')).toEqual([
      { time, rank: 2, kind: 'finding', text: 'sets the pace, since step 5' },
    ])
    const next = await reader.changes(undefined, { events: true, since: first.cursor })
    expect(next.findings).toBeUndefined()
    expect(next.changed).toBe(false)
  })
})
