import { limits } from '@provloom/shared'
import { expect, test } from 'vitest'
import { Flusher } from '../../src/run/flusher.ts'
import { ManualClock } from '../support/clock.ts'

interface Bench {
  readonly clock: ManualClock
  readonly flusher: Flusher
  /** Logs that each flush held when it began. */
  readonly begun: number[]
  /** Ends the flush that runs. */
  end(error?: Error): Promise<void>
  log(count: number): void
}

function bench(everyLogs: number): Bench {
  const clock = new ManualClock()
  const begun: number[] = []
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  let logs = 0
  const flusher = new Flusher(
    {
      everyLogs,
      clock,
      flush: () => {
        begun.push(logs)
        return new Promise((resolve, reject) => {
          settle = { resolve, reject }
        })
      },
      onFailure: () => {},
    },
    0,
  )
  return {
    clock,
    flusher,
    begun,
    async end(error) {
      if (error === undefined) settle!.resolve()
      else settle!.reject(error)
      await new Promise((resolve) => setImmediate(resolve))
    },
    log(count) {
      logs += count
      flusher.logged(logs)
    },
  }
}

test('begins a flush at exactly the n-th log', () => {
  const { log, begun } = bench(100)
  log(99)
  expect(begun).toEqual([])
  log(1)
  expect(begun).toEqual([100])
})

test('runs one flush at a time and makes one of those that fall due meanwhile', async () => {
  const { log, begun, end } = bench(10)
  log(10)
  for (let i = 0; i < 5; i++) log(10)
  expect(begun).toEqual([10])
  await end()
  expect(begun).toEqual([10])
})

test('rests nine times as long as a flush took', async () => {
  const { log, begun, end, clock } = bench(10)
  log(10)
  clock.advance(100)
  await end()
  log(10)
  clock.advance(899)
  expect(begun).toEqual([10])
  clock.advance(1)
  expect(begun).toEqual([10, 20])
})

test('rests no longer than flushRestMsMax after a flush that took minutes', async () => {
  const { log, begun, end, clock } = bench(10)
  log(10)
  clock.advance(limits.flushRestMsMax)
  await end()
  log(10)
  clock.advance(limits.flushRestMsMax - 1)
  expect(begun).toEqual([10])
  clock.advance(1)
  expect(begun).toEqual([10, 20])
})

test('rests after a replay too, nine times as long as that took and 5 s at most', () => {
  for (const [tookMs, restMs] of [
    [100, 900],
    [60_000, 5_000],
  ] as const) {
    const { flusher, begun, clock } = bench(10)
    flusher.restart(0, tookMs)
    flusher.request()
    clock.advance(restMs - 1)
    expect(begun).toEqual([])
    clock.advance(1)
    expect(begun).toEqual([0])
  }
})

test('tries again after a failure, with everything that has come since', async () => {
  const { log, begun, end, clock } = bench(10)
  log(10)
  await end(new Error('ENOSPC'))
  log(3)
  clock.advance(1_000)
  expect(begun).toEqual([10, 13])
})

test('flushes no more once it is closed', async () => {
  const { log, begun, end, flusher } = bench(10)
  log(10)
  const closed = flusher.close()
  await end()
  await closed
  log(10)
  expect(begun).toEqual([10])
})
