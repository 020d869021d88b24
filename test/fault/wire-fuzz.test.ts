import { expect, it } from 'vitest'
import {
  decodeAgentMessage,
  decodeAggregatorMessage,
  decodeEnvelope,
  decodeEvent,
  encodeEnvelope,
  encodeEvent,
  encodeMessage,
  envelopeOf,
  isAttempt,
  isRank,
  isRunId,
  isStreamId,
  limits,
  roomForPoints,
  seq,
} from '@provloom/shared'
import type { AgentMessage, AggregatorMessage, Envelope, Event } from '@provloom/shared'
import { seeds } from '../support/effort.ts'
import { randomFrom } from '../support/random.ts'
import type { Random } from '../support/random.ts'

const runId = '0197f0a0-7c00-7000-8000-000000000001'
const session = 'f00dfeed'

function checked<T>(value: unknown, is: (value: unknown) => value is T): T {
  if (!is(value)) throw new TypeError(String(value))
  return value
}

const rank = checked(3, isRank)
const attempt = checked(0, isAttempt)

const events: Event[] = [
  {
    type: 'param',
    time: 1_700_000_000_000_000,
    key: 'lr',
    valueType: 'float',
    value: '0.1',
    context: 'TRAINING',
  },
  { type: 'series', time: 1_700_000_000_000_001, id: 0, key: 'loss', context: 'TRAINING' },
  { type: 'rank.end', time: 1_700_000_000_000_002, status: 'failed', exitCode: 3, error: 'Zeilenumbruch\n' },
  { type: 'command', time: 1_700_000_000_000_003, argv: ['python', 'train.py'] },
  {
    type: 'artifact',
    time: 4,
    name: 'a',
    kind: 'model',
    role: 'output',
    path: '/tmp/a',
    copy: true,
    size: 9,
  },
]

function envelope(points: number): Envelope {
  const room = roomForPoints(points)
  for (let i = 0; i < points; i++) room.value[i] = i / 3
  return {
    runId: checked(runId, isRunId),
    rank,
    attempt,
    session,
    stream: checked('worker-1-abcdef01', isStreamId),
    first: seq(17),
    count: points + events.length,
    lost: 0,
    eventIndex: Uint32Array.from(events, (_, i) => i * 2),
    events: events.map((event) => encodeEvent(event)),
    points: room,
  }
}

const agentMessages: AgentMessage[] = [
  {
    kind: 'hello',
    version: 2,
    session,
    agent: 'agent',
    worker: 'worker',
    jobKey: 'slurm-7.0',
    runId: checked(runId, isRunId),
    rank,
    attempt,
    rankToldBy: 'launcher',
    ordinal: 1,
    runName: 'fold-1',
    worldSize: 64,
    restarts: 'all',
    host: 'node01',
    hostId: 'a-boot-id',
    startedUs: 1_700_000_000_000_000,
    pid: 4711,
    asked: { experimentName: 'digits', collectAllProcesses: true, saveAfterNLogs: 100 },
  },
  { kind: 'heartbeat', session, sentUs: 1_700_000_000_000_000, backlog: 12 },
  {
    kind: 'bye',
    session,
    final: true,
    ledger: { s: { next: 7, drops: { 'disk-full': 2 } } },
    ledgerClosed: true,
    createSvg: true,
  },
  {
    kind: 'present',
    session,
    agent: session,
    jobKey: 'slurm-7.0',
    rank,
    attempt,
    worldSize: 4,
    silent: true,
  },
  {
    kind: 'gone',
    session,
    agent: session,
    jobKey: 'slurm-7.0',
    ends: [{ rank, attempt, status: 'failed', exitCode: 1 }],
  },
  { kind: 'retired', session, ledger: { s: { next: 7, drops: {} } } },
  { kind: 'exit', session, time: 1_700_000_000_000_000, signal: 'SIGKILL' },
]

const aggregatorMessages: AggregatorMessage[] = [
  {
    kind: 'welcome',
    session,
    runId: checked(runId, isRunId),
    runDir: '/prov/digits_0',
    rank,
    attempt,
    ordinal: 1,
    next: { s: 7 },
    creditBytes: 1,
    differences: ['x'],
  },
  { kind: 'later', session, message: 'its holder ends' },
  {
    kind: 'settled',
    session,
    runDir: '/prov/digits_0',
    ended: false,
    status: 'running',
    logs: 12,
    missing: [1, 3],
    told: ['NO_RANK: x'],
    absent: [2],
  },
  { kind: 'refused', session, reason: 'conflict', message: 'two of them' },
  { kind: 'acks', session, next: { 'worker-1-abcdef01': 99 } },
  { kind: 'rejected', session, stream: 'worker-1-abcdef01', next: 7, retry: true, message: 'full' },
  { kind: 'pulse', session, sentUs: 1, receivedUs: 2 },
  { kind: 'farewell', session },
]

const good: readonly Buffer[] = [
  ...[...agentMessages, ...aggregatorMessages].map((message) => encodeMessage(message)),
  ...[0, 1, 40].map((points) => encodeEnvelope(envelope(Math.max(points, events.length)))),
  ...events.map((event) => encodeEvent(event)),
]

/** Bytes that begin a MessagePack value whose length is told in the four bytes after them. */
const longHeads = [0xc6, 0xc9, 0xdb, 0xdd, 0xdf]

const mutations: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => {
    const flipped = Buffer.from(bytes)
    for (let n = 1 + random.below(8); n > 0; n--)
      flipped[random.below(flipped.length)]! ^= 1 << random.below(8)
    return flipped
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(20))])
  },
  (bytes, random) => {
    const at = random.below(bytes.length)
    const added = Buffer.from(Array.from({ length: 1 + random.below(12) }, () => random.below(256)))
    return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)])
  },
  // A length that lies: up to four billion elements or bytes are announced.
  (bytes, random) => {
    const at = random.below(bytes.length)
    const head = Buffer.alloc(5)
    head[0] = random.pick(longHeads)
    head.writeUInt32BE(random.pick([0xff_ff_ff_ff, 0x7f_ff_ff_ff, 200_000, 1 << 20]), 1)
    return Buffer.concat([
      bytes.subarray(0, at),
      ...Array.from({ length: 1 + random.below(40) }, () => head),
      bytes.subarray(at),
    ])
  },
  (bytes, random) => {
    const other = random.pick(good)
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length)),
      other.subarray(random.below(other.length)),
    ])
  },
  // Deep nesting.
  (bytes, random) =>
    Buffer.concat([
      Buffer.alloc(random.below(random.chance(0.02) ? 20_000 : 200), random.pick([0x91, 0x81, 0x5b])),
      bytes,
    ]),
]

/** All that reads what others send; returns what was accepted. */
function readAll(bytes: Buffer): unknown[] {
  const accepted: unknown[] = []
  const agent = decodeAgentMessage(bytes)
  if (agent.kind === 'message') accepted.push(agent.message)
  if (agent.kind === 'envelope') {
    const look = envelopeOf(agent.parts)
    if (look.kind === 'envelope') accepted.push(look.envelope)
  }
  const aggregator = decodeAggregatorMessage(bytes)
  if (aggregator.kind === 'message') accepted.push(aggregator.message)
  const whole = decodeEnvelope(bytes)
  if (whole.kind === 'envelope') accepted.push(whole.envelope)
  const event = decodeEvent(bytes)
  if (event.kind === 'event') accepted.push(event.event)
  return accepted
}

it('reads what it was sent', () => {
  expect(decodeAgentMessage(good[0]!)).toEqual({ kind: 'message', message: agentMessages[0] })
  for (const bytes of good) expect(readAll(bytes).length).toBeGreaterThan(0)
})

it('never throws, never grows, and stays of right mind, whatever is done to a message', () => {
  const before = process.memoryUsage().rss
  for (const seed of seeds(4_000)) {
    const random = randomFrom(seed)
    let bytes = random.pick(good)
    for (let n = 1 + random.below(3); n > 0; n--) {
      if (bytes.length > 0) bytes = random.pick(mutations)(bytes, random)
    }
    let accepted: unknown[]
    try {
      accepted = readAll(bytes)
    } catch (error) {
      throw new Error(`seed ${seed}: ${bytes.toString('hex').slice(0, 400)}`, { cause: error })
    }
    for (const one of accepted) {
      if (typeof one === 'object' && one !== null && 'points' in one)
        expect(isSound(one as Envelope)).toBe(true)
    }
    if (seed % 1000 === 0) {
      expect(decodeAgentMessage(good[0]!)).toEqual({ kind: 'message', message: agentMessages[0] })
      expect(process.memoryUsage().rss - before).toBeLessThan(512 * 1024 * 1024)
    }
  }
})

it('takes a moment for the largest message made only of lies', () => {
  const bytes = Buffer.alloc(limits.envelopeBytesMax)
  for (let at = 0; at + 5 <= bytes.length; at += 5) {
    bytes[at] = 0xdd
    bytes.writeUInt32BE(200_000, at + 1)
  }
  // Processor time: what else runs on the machine does not count.
  const before = process.cpuUsage()
  expect(readAll(bytes)).toEqual([])
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5)
})

/** What an accepted envelope promises to those who read it without looking. */
function isSound({ count, events, eventIndex, points }: Envelope): boolean {
  const rows = [points.series, points.step, points.time, points.value].every(
    (one) => one.length === points.count,
  )
  const ascending = eventIndex.every((at, i) => at < count && (i === 0 || at > eventIndex[i - 1]!))
  return rows && ascending && eventIndex.length === events.length && points.count + events.length === count
}
