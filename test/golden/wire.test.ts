import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  attemptOf,
  decodeAgentMessage,
  decodeAggregatorMessage,
  decodeEnvelope,
  encodeEnvelope,
  encodeMessage,
  mintRunId,
  rankOf,
  seq,
} from '@provloom/shared'
import type { AgentMessage, AggregatorMessage, Envelope, StreamId } from '@provloom/shared'
import { repository } from '../support/cli.ts'

const file = path.join(repository, 'test/data/golden/wire.json')
const runId = mintRunId(1_800_000_000_000, new Uint8Array(10))
const [rank, attempt, session] = [rankOf(3), attemptOf(1), '0123456789abcdef']
const ledger = { 'worker-7-ab': { next: 12, drops: { 'disk-full': 2 } } }

const fromAgent: readonly AgentMessage[] = [
  {
    kind: 'hello',
    version: 2,
    session,
    agent: 'a',
    worker: 'w',
    jobKey: 'slurm-7',
    runId,
    admitted: runId,
    rank,
    attempt,
    rankToldBy: 'launcher',
    ordinal: 2,
    runName: 'n',
    worldSize: 4,
    restartsMax: 3,
    restarts: 'all',
    host: 'node1',
    hostId: 'b',
    pid: 7,
    startedUs: 1_800_000_000_000_000,
    silent: true,
    watches: 'can',
    asked: {
      provUserNamespace: 'www.example.org',
      experimentName: 'digits',
      provenanceSaveDir: '/runs',
      collectAllProcesses: true,
      saveAfterNLogs: 50,
    },
  },
  { kind: 'heartbeat', session, sentUs: 1_800_000_000_000_001, backlog: 9, closing: true },
  {
    kind: 'bye',
    session,
    final: true,
    ledger,
    ledgerClosed: true,
    createGraph: true,
    createSvg: true,
    kept: { records: 4, folder: '/spools/x', reason: 'nobody answered' },
  },
  { kind: 'present', session: 'a', agent: 'a', jobKey: 'slurm-7', rank, attempt, worldSize: 4, silent: true },
  {
    kind: 'gone',
    session: 'a',
    agent: 'a',
    jobKey: 'slurm-7',
    idle: true,
    ends: [
      {
        turn: { experimentName: 'digits', runName: 'n', ordinal: 2, runId },
        rank,
        attempt,
        status: 'failed',
        exitCode: 1,
      },
      { rank, attempt, status: 'killed', signal: 'SIGTERM', error: 'e' },
    ],
  },
  { kind: 'retired', session, ledger },
  { kind: 'exit', session, time: 1_800_000_000_000_002, exitCode: 3 },
]

const fromAggregator: readonly AggregatorMessage[] = [
  {
    kind: 'welcome',
    session,
    runId,
    runDir: '/runs/digits_0',
    rank,
    attempt,
    ordinal: 2,
    next: { 'worker-7-ab': 5 },
    creditBytes: 1_048_576,
    envelopeAgeMs: 200,
    watch: true,
    differences: ['saveAfterNLogs is 50'],
  },
  { kind: 'refused', session, reason: 'not-collected', message: 'm' },
  { kind: 'later', session, message: 'm', tell: true },
  { kind: 'acks', session, next: { 'worker-7-ab': 12 } },
  { kind: 'rejected', session, stream: 'worker-7-ab', next: 5, retry: true, message: 'm', tell: true },
  { kind: 'pulse', session, sentUs: 1, receivedUs: 2, watch: true },
  {
    kind: 'settled',
    session,
    runDir: '/runs/digits_0',
    ended: true,
    status: 'completed',
    logs: 12,
    missing: [1],
    told: ['KEPT: x'],
    absent: [2],
  },
  { kind: 'farewell', session },
  { kind: 'again', session },
]

const envelope: Envelope = {
  runId,
  rank,
  attempt,
  session,
  stream: 'worker-7-ab' as StreamId,
  first: seq(5),
  count: 4,
  lost: 1,
  eventIndex: Uint32Array.of(1),
  events: [Buffer.from('{"type":"param","time":1,"key":"lr","value":0.1}')],
  points: {
    count: 3,
    series: Uint32Array.of(0, 1, 0),
    step: BigInt64Array.of(0n, -1n, 2n ** 62n),
    time: BigInt64Array.of(1_800_000_000_000_000n, 1n, 2n),
    value: Float64Array.of(0.5, -0, Infinity),
  },
}

const frames: readonly (readonly [string, Uint8Array])[] = [
  ...[...fromAgent, ...fromAggregator].map((one) => [one.kind, encodeMessage(one)] as const),
  ['envelope', encodeEnvelope(envelope)],
]

if (process.env['PROVLOOM_UPDATE_GOLDEN'] !== undefined) {
  const hex = frames.map(([kind, bytes]) => [kind, Buffer.from(bytes).toString('hex')])
  fs.writeFileSync(file, `${JSON.stringify(Object.fromEntries(hex), null, 2)}\n`)
}

const golden = new Map(Object.entries(JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string>))
const frameOf = (kind: string): Buffer => Buffer.from(golden.get(kind) ?? '', 'hex')

test('every message that an agent said is read as it was meant', () => {
  for (const message of fromAgent)
    expect(decodeAgentMessage(frameOf(message.kind))).toEqual({ kind: 'message', message })
})

test('every message that an aggregator said is read as it was meant', () => {
  for (const message of fromAggregator)
    expect(decodeAggregatorMessage(frameOf(message.kind))).toEqual({ kind: 'message', message })
})

test('an envelope is read as it was meant', () => {
  const look = decodeEnvelope(frameOf('envelope'))
  expect(look).toMatchObject({
    kind: 'envelope',
    envelope: { first: envelope.first, count: 4, lost: 1, points: envelope.points },
  })
  if (look.kind === 'envelope')
    expect(look.envelope.events.map((one) => Buffer.from(one).toString())).toEqual(
      envelope.events.map((one) => Buffer.from(one).toString()),
    )
})

test('what is said today is what was said, to the byte: another form is another version', () => {
  expect([...golden.keys()]).toEqual(frames.map(([kind]) => kind))
  for (const [kind, bytes] of frames) expect(Buffer.from(bytes).toString('hex'), kind).toBe(golden.get(kind))
})
