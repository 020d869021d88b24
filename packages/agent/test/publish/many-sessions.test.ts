import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { decodeAgentMessage, encodeMessage, mintRunId, protocolVersion, systemFiles } from '@provloom/shared'
import type { AggregatorMessage, Attempt, Hello, Rank } from '@provloom/shared'
import { Link } from '../../src/publish/link.ts'
import { Publisher } from '../../src/publish/publisher.ts'
import type { DrainOutcome } from '../../src/publish/publisher.ts'
import { sessionFolderAt } from '../../src/session/folder.ts'
import { defaultTiming } from '../../src/timing.ts'
import { createLoopback } from '../support/loopback.ts'
import { ManualClock } from '../support/clock.ts'
import { freshFolder } from '../support/place.ts'

const { drainMs } = defaultTiming

interface Scene {
  readonly clock: ManualClock
  readonly sessions: readonly string[]
  /** How draining each session ended, and after how long. */
  readonly ended: ReadonlyMap<string, { readonly outcome: DrainOutcome; readonly afterMs: number }>
  /** Said by the aggregator. */
  answer(message: AggregatorMessage): void
  close(): Promise<void>
}

/** Sessions that have ended, all drained at once over the one link of their agent; the aggregator says what the test says. */
async function draining(count: number): Promise<Scene> {
  const clock = new ManualClock()
  const timing = defaultTiming
  const folder = freshFolder()
  const file = path.join(folder, 'connection.json')
  const port = { format: 1, jobKey: 'j', host: 'h', advertise: 'h', listen: 'h', port: 1, pid: 1, nonce: 'n' }
  fs.writeFileSync(file, JSON.stringify({ ...port, curve: null }), { mode: 0o600 })
  const begun = clock.monotonicMs()
  const hellos = new Set<string>()
  let answer = (_frame: Uint8Array): void => {}
  const link = new Link({
    clock,
    starter: 'agents',
    timing,
    connect: (_, listener) => {
      const loopback = createLoopback(listener, {
        receive(frame) {
          const look = decodeAgentMessage(frame)
          if (look.kind === 'message' && look.message.kind === 'hello') hellos.add(look.message.session)
          return { kind: 'accepted' }
        },
      })
      answer = loopback.answer
      setImmediate(() => loopback.connect())
      return Promise.resolve(loopback.outlet)
    },
    files: () => [file],
    listener: (event) => {
      if (event.kind === 'trouble') expect.fail(event.message)
    },
  })
  const ended = new Map<string, { outcome: DrainOutcome; afterMs: number }>()
  const sessions = Array.from({ length: count }, (_, i) => i.toString(16).padStart(16, '0'))
  for (const session of sessions) {
    const one = sessionFolderAt(path.join(folder, session))
    fs.mkdirSync(one.streams, { recursive: true })
    const files = systemFiles()
    const publisher = new Publisher({
      clock,
      timing,
      files,
      link,
      folder: one,
      listener: () => {},
      isWatching: () => false,
    })
    publisher.start(helloOf(session))
    void publisher.drain(Infinity).then((outcome) => {
      ended.set(session, { outcome, afterMs: clock.monotonicMs() - begun })
      publisher.close()
    })
  }
  await link.start()
  await clock.run(() => hellos.size === count)
  return {
    clock,
    sessions,
    ended,
    answer: (message) => answer(encodeMessage(message)),
    close: () => {
      const closed = link.close()
      clock.advance(0)
      return closed
    },
  }
}

function helloOf(session: string): Hello {
  return {
    kind: 'hello',
    version: protocolVersion,
    session,
    agent: 'a'.repeat(16),
    worker: 'w',
    jobKey: 'j',
    rank: 0 as Rank,
    attempt: 0 as Attempt,
    rankToldBy: 'alone',
    ordinal: 0,
    host: 'h',
    hostId: 'h',
    pid: 1,
    startedUs: 1,
    asked: {},
  }
}

function welcomeTo(session: string): AggregatorMessage {
  return {
    kind: 'welcome',
    session,
    runId: mintRunId(1, new Uint8Array(10)),
    runDir: '/r',
    rank: 0 as Rank,
    attempt: 0 as Attempt,
    ordinal: 0,
    next: {},
    creditBytes: 1 << 20,
    differences: [],
  }
}

async function pass({ clock }: Scene, ms: number): Promise<void> {
  const until = clock.monotonicMs() + ms
  await clock.run(() => clock.monotonicMs() >= until)
}

test('an aggregator that lets one session in after the other is waited for, however long the last one waits', async () => {
  const scene = await draining(30)
  for (const session of scene.sessions) {
    await pass(scene, drainMs * 0.8)
    expect(scene.ended.has(session)).toBe(false)
    scene.answer(welcomeTo(session))
  }
  await pass(scene, 1_000)
  expect([...scene.ended.values()].map(({ outcome }) => outcome)).toEqual(scene.sessions.map(() => 'drained'))
  await scene.close()
})

test('an aggregator that gets on with nobody any more is given up, though it did before', async () => {
  const scene = await draining(2)
  await pass(scene, drainMs * 0.8)
  scene.answer(welcomeTo(scene.sessions[0]!))
  await scene.clock.run(() => scene.ended.size === 2)
  const { outcome, afterMs } = scene.ended.get(scene.sessions[1]!)!
  expect(outcome).toBe('gave-up')
  // It might have been busy for as long as it may be silent.
  expect(afterMs).toBeLessThan(drainMs * 2)
  await scene.close()
})

test('an aggregator that only repeats itself to others is given up', async () => {
  const scene = await draining(2)
  const [known, other] = scene.sessions
  const repeats = async (): Promise<void> => {
    while (!scene.ended.has(other!)) {
      scene.answer(welcomeTo(known!))
      scene.answer({ kind: 'again', session: 'f'.repeat(16) })
      await pass(scene, 1_000)
    }
  }
  await repeats()
  const { outcome, afterMs } = scene.ended.get(other!)!
  expect(outcome).toBe('gave-up')
  expect(afterMs).toBeGreaterThan(drainMs * 3)
  expect(afterMs).toBeLessThan(drainMs * 6)
  await scene.close()
})

test('a session that is told why it is not let in does not wait for those that are', async () => {
  const scene = await draining(2)
  const [known, other] = scene.sessions
  scene.answer(welcomeTo(known!))
  scene.answer({ kind: 'later', session: other!, message: 'no room', tell: true })
  await scene.clock.run(() => scene.ended.has(other!))
  expect(scene.ended.get(other!)!.afterMs).toBeLessThan(drainMs * 1.5)
  await scene.close()
})
