import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { connectionFile } from '@provloom/shared'
import { expect, test } from 'vitest'
import { contextOf } from '../../src/context.ts'
import { Contact } from '../../src/meet/contact.ts'
import { ManualClock } from '../support/clock.ts'
import { freshFolder } from '../support/place.ts'

test.each([
  ['an agent that goes misses no aggregator that leaves with it', true, 0],
  ['an agent that stays starts another one in its place', false, 1],
])('%s', async (_, goes, started) => {
  const saveDir = freshFolder()
  const clock = new ManualClock()
  let starts = 0
  const startAggregator = (): Promise<undefined> => {
    starts++
    return Promise.resolve(undefined)
  }
  const config = { mode: { kind: 'command', argv: ['true'] }, startAggregator, environment: {} } as const
  const contact = new Contact({
    context: contextOf(config, { clock }),
    agent: 'a',
    present: () => undefined,
    spoolRoot: freshFolder(),
    told: () => {},
  })
  const file = connectionFile(saveDir, 'default')
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const here = { host: os.hostname(), advertise: '127.0.0.1', listen: '127.0.0.1', pid: process.pid }
  fs.writeFileSync(
    file,
    JSON.stringify({ format: 1, jobKey: 'default', port: 9, nonce: 'n', curve: null, ...here }),
  )
  contact.meet({ saveDir, keys: ['default'], mayStart: true, environment: {} })
  expect(starts).toBe(0)
  if (goes) await contact.leave('default', [], false, 0)
  fs.rmSync(file)
  clock.advance(1_000)
  expect(starts).toBe(started)
  await contact.close()
})
