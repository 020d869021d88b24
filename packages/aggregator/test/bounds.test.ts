import { limits, lsn } from '@provloom/shared'
import type { Attempt, Hello, Rank } from '@provloom/shared'
import type { Router } from 'zeromq'
import { expect, test } from 'vitest'
import { whatIsWrong } from '../src/admission/hello.ts'
import { Outbox } from '../src/inbox/zeromq/outbox.ts'
import { ApplyQueue } from '../src/run/apply-queue.ts'
import { outlookOf } from '../src/closing/outlook.ts'
import { rosterOf, sight } from './support/roster.ts'

const admitted = (rank: number, more: object = {}): Parameters<typeof rosterOf>[1] => ({
  kind: 'admitted',
  time: 1,
  rank: rank as Rank,
  attempt: 0 as Attempt,
  session: `s${rank}`,
  worker: `w${rank}`,
  host: 'h',
  ...more,
})

const ended = (rank: number): Parameters<typeof rosterOf>[1] => ({
  kind: 'ended',
  time: 1,
  rank: rank as Rank,
  attempt: 0 as Attempt,
  ledger: {},
  ledgerClosed: true,
})

test('a world of more than worldSizeMax ranks is a mistake, and so is a rank beyond it', () => {
  const hello = (rank: number, worldSize: number): Hello => ({ rank, worldSize }) as Hello
  expect(whatIsWrong(hello(0, limits.worldSizeMax))).toBeUndefined()
  expect(whatIsWrong(hello(0, limits.worldSizeMax + 1))?.[0]).toBe('bad-hello')
  expect(whatIsWrong(hello(limits.worldSizeMax, limits.worldSizeMax))?.[0]).toBe('bad-hello')
})

test('a rank that has not come is waited for as long as absentWaitMs', () => {
  const roster = rosterOf(true, admitted(0, { worldSize: 2 }), ended(0))
  const after = (ms: number): string =>
    outlookOf(
      roster,
      sight(() => ms),
    ).kind
  expect([after(limits.absentWaitMs - 1), after(limits.absentWaitMs)]).toEqual(['waiting', 'done'])
})

test('a lost rank is waited for as long as lostWaitMs', () => {
  const lost = { kind: 'lost', time: 1, rank: 1 as Rank, attempt: 0 as Attempt } as const
  const roster = rosterOf(true, admitted(0), admitted(1), ended(0), lost)
  const after = (ms: number): string =>
    outlookOf(
      roster,
      sight(() => ms),
    ).kind
  expect([after(limits.lostWaitMs - 1), after(limits.lostWaitMs)]).toEqual(['waiting', 'done'])
})

test('the journal waits when more than applyingBytesMax is synced and not applied', async () => {
  const applied: number[] = []
  const queue = new ApplyQueue<number>(
    (item) => applied.push(item),
    () => {},
  )
  queue.push(1, lsn(1), limits.applyingBytesMax)
  queue.push(2, lsn(2), 1)
  await queue.room()
  expect(applied).toContain(1)
})

test('answers beyond answersWaitingMax are dropped: a peer that does not read fills no memory', async () => {
  let sent = 0
  const socket = {
    send: () => {
      sent++
      return Promise.resolve()
    },
  }
  const outbox = new Outbox(socket as unknown as Router)
  const peer = { name: 'p' } as Parameters<Outbox['post']>[0]
  for (let n = 0; n <= limits.answersWaitingMax; n++)
    outbox.post(peer, { kind: 'later', session: 's', message: '' })
  await outbox.close()
  expect(sent).toBe(limits.answersWaitingMax)
})
