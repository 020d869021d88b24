import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Router } from 'zeromq'
import { afterEach, describe, expect, test } from 'vitest'
import { frameHeaderBytes, limits, mintRunId, pointBytes, pointTag, systemFiles } from '@provloom/shared'
import type { Attempt, Chunk, Connection, Rank } from '@provloom/shared'
import { defaultBounds, packRecords } from '../src/packer.ts'
import { Conversation } from '../src/publish/conversation.ts'
import { Lanes } from '../src/publish/lanes.ts'
import { Tail } from '../src/spool/tail.ts'
import { defaultTiming } from '../src/timing.ts'
import { connectZeromq } from '../src/outlet/zeromq.ts'
import { Wake } from '../src/wake.ts'
import { agentFor } from './support/agents.ts'
import { ManualClock } from './support/clock.ts'
import { deferred, freshFolder } from './support/place.ts'

const cleared: (() => void)[] = []
afterEach(() => {
  for (const one of cleared.splice(0)) one()
})

/** A chunk of so many points, as a spool holds them. */
function chunkOfPoints(count: number): Chunk {
  const size = frameHeaderBytes + pointBytes
  const bytes = Buffer.alloc(count * size)
  for (let k = 0; k < count; k++) bytes[k * size + frameHeaderBytes] = pointTag
  return {
    first: 0,
    count,
    bytes,
    frames: Uint32Array.from({ length: count + 1 }, (_, k) => k * size),
    damage: [],
  }
}

test('an envelope takes the most records that it may hold, and the next one is begun with the rest', () => {
  const chunk = chunkOfPoints(limits.envelopeRecordsMax + 7)
  const full = packRecords(chunk, 0, defaultBounds)
  expect(full.count).toBe(limits.envelopeRecordsMax)
  expect(packRecords(chunk, full.count, defaultBounds).count).toBe(7)
})

test('streams beyond the most of a rank are not read, and the others are', () => {
  const folder = freshFolder()
  for (let n = 0; n <= limits.streamsPerRankMax; n++) fs.mkdirSync(path.join(folder, `worker-${n}`))
  const clock = new ManualClock()
  const lanes = new Lanes({
    clock,
    files: systemFiles(),
    timing: defaultTiming,
    folder,
    listener: () => {},
    wake: new Wake(clock),
  })
  lanes.discover()
  expect([lanes.all.length, lanes.overflow]).toEqual([limits.streamsPerRankMax, 1])
  lanes.close()
})

test('ZeroMQ takes no more than it may queue, the agent is told to wait, and it goes on when there is room', async () => {
  const router = new Router({ linger: 0, receiveHighWaterMark: limits.highWaterMark })
  cleared.push(() => router.close())
  await router.bind('tcp://127.0.0.1:*')
  const port = Number(/:(\d+)$/.exec(router.lastEndpoint!)![1])
  const [host, pid] = [os.hostname(), process.pid]
  const connection: Connection = {
    format: 1,
    jobKey: 'j',
    host,
    advertise: '127.0.0.1',
    listen: '127.0.0.1',
    port,
    pid,
    nonce: 'n',
    curve: null,
  }
  const connected = deferred()
  const outlet = await connectZeromq(connection, () => connected.resolve())
  cleared.push(() => outlet.close())
  await connected.promise
  const frame = Buffer.alloc(64 * 1024)
  let taken = 0
  while ((await outlet.send(frame)).kind === 'accepted') taken++
  expect(taken).toBeGreaterThanOrEqual(limits.highWaterMark)
  // Two queues, and what the kernel holds between them.
  expect(taken).toBeLessThan(limits.highWaterMark * 4)
  for (let n = 0; n < taken; n++) await router.receive()
  while ((await outlet.send(frame)).kind !== 'accepted') await router.receive()
})

describe('an agent by a clock that the test moves', () => {
  test('looks at a stream that gave nothing again when an envelope would be too old', () => {
    const clock = new ManualClock()
    const tail = new Tail(clock, defaultTiming, freshFolder(), new Wake(clock))
    tail.looked(false)
    clock.advance(limits.envelopeAgeMs - 1)
    expect(tail.isDue()).toBe(false)
    clock.advance(1)
    expect(tail.isDue()).toBe(true)
    tail.close()
  })

  test('sends a heartbeat at every interval, and none before', () => {
    const clock = new ManualClock()
    const said: string[] = []
    const conversation = new Conversation({
      clock,
      timing: defaultTiming,
      session: 's',
      outgoing: { say: ({ kind }) => said.push(kind), backlog: 0, drained: true },
      listener: () => {},
      isWatching: () => false,
    })
    welcomeTo(conversation)
    // The hello; then the first heartbeat, at once.
    expect(said.splice(0)).toEqual(['hello', 'heartbeat'])
    for (let beats = 0; beats < 4; beats++) {
      clock.advance(limits.heartbeatIntervalMs - 1)
      expect(said).toHaveLength(beats)
      clock.advance(1)
      expect(said).toHaveLength(beats + 1)
    }
    expect(new Set(said)).toEqual(new Set(['heartbeat']))
    conversation.close()
  })

  test('gives up after the time for draining when nobody answers, and says where the rest is kept', async () => {
    const saveDir = freshFolder()
    const clock = new ManualClock()
    const ends: number[] = []
    const { agent, told } = agentFor(saveDir, ['sh', '-c', 'exit 3'], {
      clock,
      timing: { drainMs: limits.drainMs },
      onStatus: ({ kind }) => {
        if (kind === 'worker-ended') ends.push(clock.monotonicMs())
      },
    })
    let outcome: unknown
    void agent.run().then((one) => (outcome = one))
    await clock.run(() => outcome !== undefined)
    expect(outcome).toMatchObject({ kind: 'exited', code: 3, delivery: { kind: 'kept' } })
    expect(told.lines.at(-1)).toContain('provloom import')
    const waited = clock.monotonicMs() - ends[0]!
    expect(waited).toBeGreaterThan(limits.drainMs / 2)
    expect(waited).toBeLessThanOrEqual(limits.drainMs + 500)
  })
})

function welcomeTo(conversation: Conversation): void {
  conversation.greet({ kind: 'hello' } as Parameters<Conversation['greet']>[0])
  conversation.note({ kind: 'connected' })
  conversation.note({
    kind: 'welcome',
    session: 's',
    runId: mintRunId(0, new Uint8Array(10)),
    runDir: '/run',
    rank: 0 as Rank,
    attempt: 0 as Attempt,
    ordinal: 0,
    next: {},
    creditBytes: limits.creditBytes,
    differences: [],
  })
}
