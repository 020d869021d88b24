import { expect, test } from 'vitest'
import { encodeEnvelope, lsn, noPoints, seq } from '@provloom/shared'
import type { Attempt, Envelope, Rank, RunId, StreamId } from '@provloom/shared'
import { commitMarks, controlRecord, decodeRecord, envelopeRecord, recordsOf } from '@provloom/rundir/entry'
import type { ControlEntry } from '@provloom/rundir/entry'

const runId = '01893d5e-5c00-7000-8000-000000000000' as RunId
const ofRank = { time: 5, rank: 1 as Rank, attempt: 0 as Attempt }
const settings = {
  provUserNamespace: 'http://a/',
  experimentName: 'e',
  collectAllProcesses: true,
  saveAfterNLogs: 1,
}

const entries: ControlEntry[] = [
  {
    kind: 'opened',
    time: 1,
    runId,
    number: 0,
    ordinal: 2,
    jobKey: '',
    settings,
    aggregator: { version: '1', host: 'h', pid: 2 },
  },
  { kind: 'resumed', time: 1, aggregator: { version: '1', host: 'h', pid: 2 } },
  { kind: 'admitted', ...ofRank, session: 's', worker: 'w', host: 'h', worldSize: 4, restartsMax: 2 },
  { kind: 'refusal', time: 1, rank: 3 as Rank },
  { kind: 'conflict', ...ofRank, host: 'h' },
  { kind: 'lost', ...ofRank },
  {
    kind: 'ended',
    ...ofRank,
    ledger: { w: { next: 3, drops: { 'spool-full': 1 } } },
    ledgerClosed: false,
    createGraph: true,
  },
  { kind: 'retired', rank: 1 as Rank, attempt: 0 as Attempt, ledger: { w: { next: 3, drops: {} } } },
  { kind: 'gone', time: 1, files: ['code/t.py'], back: [] },
  { kind: 'parts', parts: [{ file: 'metrics/a.parquet', rows: 1, bytes: 2, sha256: 'f' }], through: lsn(9) },
  { kind: 'closed', time: 1, cause: 'stopped' },
]

test.each(entries)('reads back what it wrote: $kind', (entry) => {
  expect(decodeRecord(Buffer.concat(controlRecord(entry)))).toEqual({ kind: 'control', entry })
})

test('keeps an envelope byte for byte, and reads its events, unknown and broken ones apart', () => {
  const events = [
    '{"type":"user","time":1,"login":"a"}',
    '{"type":"of-tomorrow","time":1}',
    '{"type":',
    '{"type":"user","time":1}',
  ]
  const envelope: Envelope = {
    runId,
    rank: 0 as Rank,
    attempt: 0 as Attempt,
    session: 's',
    stream: 'w' as StreamId,
    first: seq(7),
    count: 4,
    lost: 0,
    eventIndex: Uint32Array.of(0, 1, 2, 3),
    events: events.map((text) => Buffer.from(text)),
    points: noPoints,
  }
  const bytes = encodeEnvelope(envelope)
  const record = Buffer.concat(envelopeRecord(bytes))
  expect(record.subarray(1).equals(bytes)).toBe(true)
  const look = decodeRecord(record)
  if (look.kind !== 'envelope') throw new Error(JSON.stringify(look))
  const records = recordsOf(look.envelope)
  expect(records.events).toEqual([{ number: 7, event: { type: 'user', time: 1, login: 'a' } }])
  expect(records.bad).toEqual([
    { number: 8, reason: 'unknown type of-tomorrow' },
    { number: 9, reason: 'not JSON' },
    { number: 10, reason: 'user: login is missing' },
  ])
})

test.each(['X', 'E', 'C', 'C{}', 'C{"kind":"of-tomorrow"}', 'C{"kind":"closed"}', 'Enonsense'])(
  'says of a record that it cannot be read, and never throws: %s',
  (text) => {
    expect(decodeRecord(Buffer.from(text)).kind).toBe('bad')
  },
)

test('says of a record whether it goes with the one before it in one commit, and reads it the same', () => {
  const marks = commitMarks(-1)
  const whole = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts)
  for (const parts of [
    envelopeRecord(Buffer.from('bytes')),
    controlRecord({ kind: 'resumed', time: 1, aggregator: { version: '1', host: 'h', pid: 2 } }),
  ]) {
    const [first, follower] = [whole(parts), whole(marks.follow(parts))]
    expect([marks.follows(first), marks.follows(follower)]).toEqual([false, true])
    expect(follower).toHaveLength(first.length)
    expect(decodeRecord(follower)).toEqual(decodeRecord(first))
  }
})
