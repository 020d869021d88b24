import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdTable } from '@provloom/rundir/series'
import { RowQueue } from '../../src/metrics/row-queue.ts'
import type { RowColumns } from '../../src/metrics/rows.ts'

function points(first: number, count: number): RowColumns {
  return {
    count,
    series: Uint32Array.from({ length: count }, (_, i) => (first + i) % 3),
    step: BigInt64Array.from({ length: count }, (_, i) => BigInt(first + i)),
    time: BigInt64Array.from({ length: count }, (_, i) => BigInt(-first - i)),
    value: Float64Array.from({ length: count }, (_, i) => first + i),
  }
}

function stepsOf(queue: RowQueue): number[] {
  return queue.views().flatMap(({ step }) => [...step].map(Number))
}

function known(...ids: readonly number[]): IdTable {
  const table = new IdTable()
  for (const id of ids) table.set(id, id)
  return table
}

test('rows stand in order whatever the blocks, and go by entries', () => {
  const action = fc.oneof(
    fc.record({ push: fc.oneof(fc.nat({ max: 200 }), fc.integer({ min: 30_000, max: 80_000 })) }),
    fc.record({ drop: fc.double({ min: 0, max: 1, noNaN: true }) }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 8 }), (actions) => {
      const queue = new RowQueue()
      let model: { lsn: number; step: number }[] = []
      let [lsn, next] = [0, 0]
      for (const one of actions) {
        if ('push' in one) {
          queue.push(lsn, points(next, one.push), known(0, 1, 2))
          for (let i = 0; i < one.push; i++) model.push({ lsn, step: next + i })
          next += one.push
          lsn++
        } else {
          const through = Math.floor(one.drop * lsn)
          expect(queue.countThrough(through)).toBe(model.filter((row) => row.lsn <= through).length)
          queue.drop(through)
          model = model.filter((row) => row.lsn > through)
        }
        expect(queue.count).toBe(model.length)
        expect(queue.firstLsn).toBe(model[0]?.lsn)
      }
      const copied = new RowQueue()
      copied.copy(queue, lsn)
      const steps = model.map(({ step }) => step)
      expect(stepsOf(queue)).toEqual(steps)
      expect(stepsOf(copied)).toEqual(steps)
    }),
    { numRuns: 10, seed: 7 },
  )
})

test('rows of series that are not known are left out, the others stay as they are', () => {
  const queue = new RowQueue()
  queue.push(0, points(0, 7), known(0, 2))
  expect(stepsOf(queue)).toEqual([0, 2, 3, 5, 6])
  expect(queue.views().flatMap(({ value }) => [...value])).toEqual([0, 2, 3, 5, 6])
  expect(queue.views().flatMap(({ time }) => [...time].map(Number))).toEqual([0, -2, -3, -5, -6])
})

test('ids are found however large', () => {
  const table = known(0, 65_535, 65_536, 4_294_967_295)
  expect([0, 1, 65_535, 65_536, 4_294_967_295].map((id) => table.get(id))).toEqual([
    0, -1, 65_535, 65_536, 4_294_967_295,
  ])
})
