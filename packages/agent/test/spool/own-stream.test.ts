import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { limits, systemClock } from '@provloom/shared'
import { OwnStream } from '../../src/spool/own-stream.ts'
import { readOnlyStream } from '../client/spool.ts'
import { freshFolder } from '../support/place.ts'

const problem = { type: 'problem', code: 'FACTS', message: 'm' } as const

test('what is learned after the last word of a session is neither recorded nor counted', () => {
  const own = new OwnStream(systemClock(), freshFolder())
  expect(own.record({ type: 'rank.end', status: 'completed' })).toBe(true)
  own.seal()
  expect(own.record({ type: 'clock', host: 'h', offsetUs: 1, uncertaintyUs: 1 })).toBe(false)
  own.measure({ key: 'cpu', source: 'h', unit: '%' }, 0, 1)
  expect(own.ledger).toEqual({ next: 1, drops: {} })
  own.close()
})

test('what the agent sees and cannot write is counted as its own, not as a log of the script, and said when it can', async () => {
  const session = freshFolder()
  const streams = path.join(session, 'streams')
  const own = new OwnStream(systemClock(), streams)
  fs.rmSync(streams, { recursive: true })
  expect(own.record(problem)).toBe(false)
  // Of a series that cannot be declared no point is written either.
  own.measure({ key: 'cpu', source: 'h', unit: '%' }, 0, 1)
  fs.mkdirSync(streams)
  expect(own.record(problem)).toBe(true)
  expect(own.record({ ...problem, code: 'x'.repeat(limits.eventBytesMax) })).toBe(false)
  own.measure({ key: 'gpu', source: 'h', unit: '%' }, 1, 2)
  own.seal()
  own.close()
  const drops = { 'agent-disk': 2, 'event-too-large': 1 }
  const { events, points, wrong } = await readOnlyStream(session)
  expect([own.ledger.drops, wrong]).toEqual([drops, []])
  expect(points).toMatchObject([{ key: 'gpu', step: 1n, value: 2 }])
  const told = events.flatMap((event) => (event.type === 'drops' ? [[event.reason, event.count]] : []))
  expect(Object.fromEntries(told)).toEqual(drops)
  expect(own.ledger.next).toBe(events.length + points.length)
})
