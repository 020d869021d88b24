import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { Reader } from '@provloom/reader'
import { givePoints, startUs } from './support/points.ts'
import type { Point } from './support/points.ts'
import { folder, makeRun } from './support/runs.ts'

interface Like {
  readonly status?: 'running' | 'completed'
  readonly params?: Readonly<Record<string, number | string>>
  /** When it began, seconds ago. */
  readonly ago?: number
  /** Steps that rank 2 has still before it when the others have come to the last. */
  readonly behind?: number
  /** What step timers know of how far it is to go. */
  readonly told?: readonly { readonly source: string; readonly last: number; readonly lastStep: number }[]
}

const lastStep = 59

/** 4 ranks whose step timers tell: rank 2 takes twice the time from step 5 on. A step takes a second. */
async function trained({
  status = 'running',
  ago = 3600,
  behind = 0,
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
  const head = { first: 0.5, last: 0.5, firstStep: 0, lastStep: 20, seconds: 40 }
  await makeRun(saveDir, {
    name: 'digits_0',
    status,
    second: (Date.now() - Date.parse('2026-11-26T19:57:11Z')) / 1000 - ago,
    ranks: 4,
    of: (rank) => {
      const last = lastStep - (rank === 2 ? behind : 0)
      return { lastStep: last, lastUs: startUs + last * 1e6 }
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
  givePoints(path.join(saveDir, 'digits_0'), points)
  return openReader(saveDir)
}

describe('how far a run has come', () => {
  it('is told by the newest points, with the pace of the last steps', async () => {
    const { going } = await (await trained({ params: { steps: 240 } })).run()
    expect(going).toEqual({
      step: lastStep,
      stepTime: new Date((startUs + lastStep * 1e6) / 1000).toISOString(),
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

  it('has the pace from the first step to the last where nothing goes on', async () => {
    const { going } = await (await trained({ status: 'completed', params: { steps: 240 } })).run()
    expect(going).toEqual({ step: 20, steps: 240, stepsPerSecond: 0.5 })
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
    const time = new Date((startUs + 5e6) / 1000).toISOString()
    expect(first.events?.filter(({ kind }) => kind === 'finding')).toEqual([
      { time, rank: 2, kind: 'finding', text: 'sets the pace, since step 5' },
    ])
    const next = await reader.changes(undefined, { events: true, since: first.cursor })
    expect(next.findings).toBeUndefined()
    expect(next.changed).toBe(false)
  })
})
