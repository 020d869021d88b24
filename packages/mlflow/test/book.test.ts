import os from 'node:os'
import { limits } from '@provloom/shared'
import { expect, it } from 'vitest'
import { Book } from '../src/book/book.ts'
import { Fault } from '../src/fault.ts'
import type { Recorder } from '../src/index.ts'

/** A book, and the ids of the runs that went on. */
function bookOf(): { readonly book: Book; readonly resumed: string[] } {
  let count = 0
  const resumed: string[] = []
  const recorder: Recorder = {
    begin: () => String(++count).padStart(32, '0'),
    former: () => undefined,
    began: () => {},
    resume: (run) => void resumed.push(run),
    param: () => {},
    metrics: () => {},
    dataset: () => {},
    model: () => {},
    modelFile: () => {},
    end: () => {},
    said: () => {},
    tell: () => {},
  }
  return { book: new Book(recorder, os.tmpdir(), 'file:///a'), resumed }
}

const nothing = { userId: undefined, runName: undefined, startTime: 1, tags: [] }

it('of more than mlflowRunsMax runs the oldest that has ended is not known any more', () => {
  const { book } = bookOf()
  const begun = (): string => book.create({ ...nothing, experimentId: '0' }, undefined).info.runId
  const ended = { status: 'FINISHED', endTime: 9, runName: undefined } as const
  const [first, second] = [begun(), begun()]
  book.update(second, ended, undefined)
  for (let n = 3; n <= limits.mlflowRunsMax; n++) begun()
  expect(book.run(second).info.status).toBe('FINISHED')
  begun()
  expect(() => book.run(second)).toThrow(Fault)
  expect(book.run(first).info.status).toBe('RUNNING')
})

it('the last value of a metric is that of the highest step, its latest time, its largest: MLflow’s rule', () => {
  const { book } = bookOf()
  const { info } = book.create({ ...nothing, experimentId: '0' }, undefined)
  const points = [
    [5, 10, 0.5],
    [4, 99, 0.1],
    [5, 11, 0.2],
    [5, 11, 0.3],
    [5, 11, 0.25],
  ] as const
  book.metrics(
    info.runId,
    points.map(([step, timestamp, value]) => ({ key: 'loss', step, timestamp, value })),
  )
  expect(book.run(info.runId).last.get('loss')?.value).toBe(0.3)
})

it('an experiment has the same id on every rank, and one whose id nobody gave out is there', () => {
  const [one, other] = [bookOf().book, bookOf().book]
  other.experiments.make('first', undefined, [])
  const made = one.experiments.make('mine', undefined, [])
  expect(other.experiments.make('mine', undefined, []).experimentId).toBe(made.experimentId)
  expect(made.experimentId).toMatch(/^\d{15}$/)
  expect(one.experiments.get('77').name).toBe('experiment 77')
})

it('a run that had ended and goes on is one run to its client, and its recorder is told', () => {
  const { book, resumed } = bookOf()
  const { info } = book.create({ ...nothing, experimentId: '0' }, undefined)
  const update = (status: 'KILLED' | 'RUNNING'): unknown =>
    book.update(info.runId, { status, endTime: 7, runName: undefined }, undefined)
  book.params(info.runId, [{ key: 'lr', value: '1' }])
  update('RUNNING')
  expect(resumed).toEqual([])
  update('KILLED')
  update('RUNNING')
  expect(resumed).toEqual([info.runId])
  expect(book.run(info.runId).params.get('lr')).toBe('1')
})
