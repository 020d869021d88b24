import { expect, test } from 'vitest'
import { systemClock, systemFiles } from '@provloom/shared'
import { OwnStream } from '../../src/spool/own-stream.ts'
import { freshFolder } from '../support/place.ts'

test('what is learned after the last word of a session is neither recorded nor counted', () => {
  const own = new OwnStream(systemClock(), systemFiles(), freshFolder())
  expect(own.record({ type: 'rank.end', status: 'completed' })).toBe(true)
  own.seal()
  expect(own.record({ type: 'clock', host: 'h', offsetUs: 1, uncertaintyUs: 1 })).toBe(false)
  own.measure({ key: 'cpu', source: 'h', unit: '%' }, 0, 1)
  own.tellDrops()
  expect(own.ledger).toEqual({ next: 1, drops: {} })
  own.close()
})
