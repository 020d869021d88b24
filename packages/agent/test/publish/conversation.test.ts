import fs from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { connectionFile, encodeEnvelope, systemClock } from '@provloom/shared'
import { createAgent } from '../../src/process.ts'
import { followProcess } from '../support/follow.ts'
import { agentFor, brisk, worker, ran } from '../support/agents.ts'
import { readSpoolStreams } from '../client/spool.ts'
import { deferred, freshFolder } from '../support/place.ts'
import { ScriptedAggregator, freshKeys } from '../support/scripted-aggregator.ts'
import type { Script } from '../support/scripted-aggregator.ts'

const running: ScriptedAggregator[] = []
afterEach(() => {
  for (const one of running.splice(0)) one.stop()
})

async function aggregator(saveDir: string, script: Script = {}): Promise<ScriptedAggregator> {
  const one = await new ScriptedAggregator(saveDir, script).start()
  running.push(one)
  return one
}

/** Folders of sessions that are there. */
function spools(saveDir: string): string[] {
  const root = path.join(saveDir, 'spools')
  const found = fs.existsSync(root) ? fs.readdirSync(root) : []
  const trees = found.filter((name) => fs.existsSync(path.join(root, name, 'sessions')))
  return trees.flatMap((tree) =>
    fs.readdirSync(path.join(root, tree, 'sessions')).map((name) => path.join(root, tree, 'sessions', name)),
  )
}

/** Chance that comes again with its seed (Marsaglia's xorshift32). */
function xorshift(seed: number): () => number {
  let state = seed * 2_654_435_761
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

const counting = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('an agent and an aggregator that is there', () => {
  test('everything a worker logged arrives once, and the spool is removed', async () => {
    const saveDir = freshFolder()
    const { received, byes, hellos } = await aggregator(saveDir)
    const outcome = await agentFor(saveDir, worker('log-points.mjs', '1000')).agent.run()
    expect(outcome).toMatchObject({ kind: 'exited', code: 0, delivery: { kind: 'delivered' } })
    expect(received.rows.map((row) => row.value)).toEqual(counting(1000).map((i) => i / 3))
    expect(received.of('rank.end')).toMatchObject([{ status: 'completed', exitCode: 0 }])
    expect(received.of('rank.start')).toHaveLength(1)
    expect(received.of('command')[0]?.argv).toHaveLength(3)
    expect(received.of('host')).toHaveLength(1)
    expect(hellos).toHaveLength(1)
    expect(byes).toMatchObject([{ final: true, createSvg: true }])
    expect(spools(saveDir)).toEqual([])
  })

  test('a worker of a few milliseconds has all its events in the graph', async () => {
    const saveDir = freshFolder()
    const { received } = await aggregator(saveDir)
    await agentFor(saveDir, worker('log-points.mjs', '7')).agent.run()
    expect(received.rows).toHaveLength(7)
    expect(received.of('session.end')).toHaveLength(1)
  })

  test('the hello asks for what the worker wants, and options win over it', async () => {
    const saveDir = freshFolder()
    const { hellos } = await aggregator(saveDir)
    const session = JSON.stringify({
      experimentName: 'theirs',
      provUserNamespace: 'www.example.org',
      collectAllProcesses: true,
      saveAfterNLogs: 7,
      rank: 3,
    })
    const command = worker('log-points.mjs', '1', '0', session)
    await agentFor(saveDir, command, { experimentName: 'ours' }).agent.run()
    expect(hellos[0]).toMatchObject({
      rank: 3,
      asked: {
        experimentName: 'ours',
        provUserNamespace: 'www.example.org',
        collectAllProcesses: true,
        saveAfterNLogs: 7,
      },
    })
  })

  test('the rank that the worker says wins over the option: its script may start several', async () => {
    const saveDir = freshFolder()
    const { hellos } = await aggregator(saveDir)
    const command = worker('log-points.mjs', '1', '0', '{"rank":3}')
    await agentFor(saveDir, command, { rank: 5 }).agent.run()
    expect(hellos[0]?.rank).toBe(3)
  })

  test('a worker that never starts a session is published under the name of its script', async () => {
    const saveDir = freshFolder()
    const { hellos, received } = await aggregator(saveDir)
    const { agent } = agentFor(saveDir, worker('silent.mjs', '3'))
    expect(await agent.run()).toMatchObject({ kind: 'exited', code: 3, delivery: { kind: 'delivered' } })
    expect(hellos[0]?.asked).toMatchObject({
      experimentName: 'silent',
      provUserNamespace: 'http://localhost/',
    })
    expect(received.of('rank.end')).toMatchObject([{ status: 'failed', exitCode: 3 }])
  })

  test('differences between what was asked and what is so are told once each', async () => {
    const saveDir = freshFolder()
    await aggregator(saveDir, {
      differences: ['saveAfterNLogs is 5 here, not 7'],
      fate: (_, nth) => (nth === 0 ? 'again' : 'take'),
    })
    const { agent, told } = agentFor(saveDir, worker('log-points.mjs', '5'))
    await agent.run()
    expect(told.lines).toEqual(['provloom: rank 0: saveAfterNLogs is 5 here, not 7'])
  })

  test('plain TCP works when the connection file says so', async () => {
    const saveDir = freshFolder()
    const { received } = await aggregator(saveDir, { insecure: true })
    await agentFor(saveDir, worker('log-points.mjs', '5')).agent.run()
    expect(received.rows).toHaveLength(5)
  })

  test('an agent that is stopped before its worker says bye, not for good, and keeps the spool', async () => {
    const saveDir = freshFolder()
    const { received, byes } = await aggregator(saveDir)
    const go = path.join(saveDir, 'go')
    const { agent, told } = agentFor(saveDir, worker('log-then-wait.mjs', '10', go))
    await agent.start()
    await received.until(() => received.rows.length === 10)
    await agent.stop(5_000)
    fs.writeFileSync(go, '')
    const started = told.statuses.find((status) => status.kind === 'worker-started')
    await followProcess(systemClock(), started!.pid).gone
    expect(byes).toMatchObject([{ final: false }])
    expect(spools(saveDir)).toHaveLength(1)
    expect(received.of('rank.end')).toEqual([])
  })
})

describe('a session whose place is held by one that may be gone', () => {
  const timing = { drainMs: 500, answerWaitMs: 100 }
  const run = async (later: Script['later'] & {}) => {
    const saveDir = freshFolder()
    await aggregator(saveDir, { later })
    return agentFor(saveDir, worker('log-points.mjs', '10'), { timing }).agent.run()
  }

  test('is waited for at its end while the aggregator asks for patience', async () => {
    expect(await run({ times: 10 })).toMatchObject({ delivery: { kind: 'delivered' } })
  })

  test('is kept at once when nothing but a person can help', async () => {
    expect(await run({ times: 10, tell: true })).toMatchObject({ delivery: { kind: 'kept' } })
  })
})

describe('envelopes that do not get through', () => {
  const fates: readonly (readonly [string, NonNullable<Script['fate']>])[] = [
    ['lost on the way', (_, nth) => (nth % 3 === 0 && nth < 9 ? 'lose' : 'take')],
    ['taken but not acknowledged', (_, nth) => (nth % 2 === 0 && nth < 8 ? 'mute' : 'take')],
    ['rejected for now', (_, nth) => (nth < 6 ? 'retry' : 'take')],
    [
      'met by an aggregator that does not know the session',
      (_, nth) => (nth % 4 === 1 && nth < 12 ? 'again' : 'take'),
    ],
  ]
  test.each(fates)('%s are sent again, and nothing is lost or doubled', async (_, fate) => {
    const saveDir = freshFolder()
    const { received } = await aggregator(saveDir, { fate, creditBytes: 4_000_000 })
    const outcome = await agentFor(saveDir, worker('log-points.mjs', '60000'), {
      timing: { drainMs: 5_000 },
    }).agent.run()
    expect(outcome).toMatchObject({ delivery: { kind: 'delivered' } })
    expect(received.rows.map((row) => Number(row.step))).toEqual(counting(60_000))
    expect([...received.lost.values()].every((lost) => lost === 0)).toBe(true)
  })

  test.each([11, 12, 13])(
    'by chance %i of all kinds and at all times, nothing is lost or doubled',
    async (seed) => {
      const saveDir = freshFolder()
      const chance = xorshift(seed)
      const kinds = ['take', 'take', 'take', 'lose', 'mute', 'retry', 'again'] as const
      const { received } = await aggregator(saveDir, {
        creditBytes: 400_000,
        fate: (_, nth) => (nth > 60 ? 'take' : kinds[chance() % kinds.length]!),
      })
      const go = path.join(saveDir, 'go')
      const { agent } = agentFor(saveDir, worker('log-then-wait.mjs', '20000', go), {
        timing: { drainMs: 10_000, stalledMs: 60 },
      })
      await agent.start()
      await received.until(() => received.rows.length > 0)
      fs.writeFileSync(go, '')
      expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
      expect(received.rows.map((row) => row.value)).toEqual(counting(40_000))
      expect([...received.lost.values()].every((lost) => lost === 0)).toBe(true)
    },
  )

  test('an envelope that will never be accepted is passed over, told as lost, and the next ones follow', async () => {
    const saveDir = freshFolder()
    // Sent again before the answer was heard, it may be another one of the same beginning.
    const refused = new Set<number>()
    const { received } = await aggregator(saveDir, {
      fate(envelope) {
        const never = envelope.stream.startsWith('worker') && envelope.first === 0
        if (never) refused.add(envelope.count)
        return never ? 'never' : 'take'
      },
    })
    const outcome = await agentFor(saveDir, worker('log-points.mjs', '60000')).agent.run()
    expect(outcome).toMatchObject({ delivery: { kind: 'delivered' } })
    const lost = [...received.lost.values()].reduce((sum, one) => sum + one, 0)
    expect([...refused]).toContain(lost)
    expect(received.rows.at(-1)?.step).toBe(59_999n)
  })

  test('no more than the granted credit is in flight', async () => {
    const saveDir = freshFolder()
    const creditBytes = 1_500_000
    const sent: number[] = []
    let greetings = 0
    const one: ScriptedAggregator = await aggregator(saveDir, {
      creditBytes,
      fate(envelope) {
        // Until the agent says hello anew, nothing is acknowledged: all it sends meanwhile is in flight.
        if (one.hellos.length !== greetings) sent.push(0)
        greetings = one.hellos.length
        sent[sent.length - 1]! += encodeEnvelope(envelope).length
        return greetings < 3 ? 'mute' : 'take'
      },
    })
    await agentFor(saveDir, worker('log-points.mjs', '100000'), { timing: { drainMs: 5_000 } }).agent.run()
    expect(one.received.rows).toHaveLength(100_000)
    const most = Math.max(...sent.slice(0, 2))
    expect(most).toBeGreaterThan(creditBytes / 4)
    expect(most).toBeLessThanOrEqual(creditBytes)
  })
})

describe('an aggregator that comes, goes and comes back', () => {
  test('one that starts after the worker gets everything', async () => {
    const saveDir = freshFolder()
    const go = path.join(saveDir, 'go')
    const { agent } = agentFor(saveDir, worker('log-then-wait.mjs', '10', go))
    await agent.start()
    const { received } = await aggregator(saveDir)
    await received.until(() => received.rows.length === 10 && received.of('clock').length > 0)
    expect(received.of('clock')[0]!.uncertaintyUs).toBeLessThan(2_000_000)
    fs.writeFileSync(go, '')
    expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
    expect(received.rows).toHaveLength(20)
  })

  test('one that dies and comes back with the same port and keys goes on where it was', async () => {
    const saveDir = freshFolder()
    const [go, on] = [path.join(saveDir, 'go'), path.join(saveDir, 'on')]
    const keys = freshKeys()
    const first = await aggregator(saveDir, { keys })
    const { agent } = agentFor(saveDir, worker('log-then-wait.mjs', '10', go, on))
    await agent.start()
    await first.received.until(() => first.received.rows.length === 10)
    first.stop()
    fs.writeFileSync(go, '')
    const { received, runId } = first
    const again = await aggregator(saveDir, { keys, received, runId, port: first.connection!.port })
    await received.until(() => received.rows.length === 20)
    fs.writeFileSync(on, '')
    expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
    expect(received.rows.map((row) => row.value)).toEqual(counting(30))
    expect(again.hellos.length).toBeGreaterThan(0)
  })

  test('one that comes back with another port and other keys is found by its new connection file', async () => {
    const saveDir = freshFolder()
    const go = path.join(saveDir, 'go')
    const first = await aggregator(saveDir)
    // The worker ends at once: the agent must have the time to look for the new file.
    const more = { timing: { drainMs: 20_000 } }
    const { agent } = agentFor(saveDir, worker('log-then-wait.mjs', '10', go), more)
    await agent.start()
    await first.received.until(() => first.received.rows.length === 10)
    first.stop()
    const { received, runId } = first
    await aggregator(saveDir, { received, runId })
    fs.writeFileSync(go, '')
    expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
    expect(received.rows.map((row) => row.value)).toEqual(counting(20))
  })

  test('without any the command keeps its exit code, and the spool is kept, named and importable', async () => {
    const saveDir = freshFolder()
    const { agent, told } = agentFor(saveDir, worker('log-points.mjs', '50', '4'))
    const outcome = await agent.run()
    const [spool] = spools(saveDir)
    expect(outcome).toMatchObject({ kind: 'exited', code: 4, delivery: { kind: 'kept', folders: [spool] } })
    expect(told.lines).toHaveLength(1)
    expect(told.lines[0]).toContain(`provloom import ${spool}`)
    expect(fs.existsSync(path.join(spool!, '..', '..', 'agent.json'))).toBe(false)

    const { received, byes } = await aggregator(saveDir)
    const imported = await ran(
      createAgent(
        {
          mode: { kind: 'drain', session: spool! },
          environment: {},
          connection: connectionFile(saveDir, 'default'),
        },
        { timing: brisk },
      ),
    )
    expect(imported).toMatchObject({ kind: 'served', delivery: { kind: 'delivered' } })
    expect(received.rows).toHaveLength(50)
    expect(received.of('rank.end')).toMatchObject([{ status: 'failed', exitCode: 4 }])
    expect(byes).toMatchObject([{ final: true, createSvg: true }])
    expect(spools(saveDir)).toEqual([])
  })

  test('one that takes everything and never says farewell leaves the spool kept', async () => {
    const saveDir = freshFolder()
    await aggregator(saveDir, { farewell: false })
    const { agent } = agentFor(saveDir, worker('log-points.mjs', '5'))
    expect(await agent.run()).toMatchObject({ delivery: { kind: 'kept', records: 0 } })
  })
})

describe('a rank that is turned away', () => {
  test('goes quiet when it is not collected: told once, nothing sent, its spool removed', async () => {
    const saveDir = freshFolder()
    const go = path.join(saveDir, 'go')
    const refuse = { reason: 'not-collected', message: 'only rank 0 is collected' } as const
    const { received, kinds } = await aggregator(saveDir, { refuse })
    const quiet = deferred()
    const { agent, told } = agentFor(saveDir, worker('log-then-wait.mjs', '10', go), {
      rank: 1,
      onStatus(status) {
        if (status.kind === 'refused') quiet.resolve()
      },
    })
    await agent.start()
    await quiet.promise
    const [spool] = spools(saveDir)
    await expect
      .poll(() => fs.readdirSync(spool!).sort())
      .toEqual(['control.json', 'ledgers', 'session.json'])
    expect(JSON.parse(fs.readFileSync(path.join(spool!, 'control.json'), 'utf8'))).toMatchObject({
      state: 'quiet',
    })
    fs.writeFileSync(go, '')
    expect(await agent.run()).toMatchObject({ kind: 'exited', code: 0, delivery: { kind: 'not-collected' } })
    expect(told.lines).toEqual(['provloom: rank 1: only rank 0 is collected'])
    expect(received.events).toEqual([])
    expect(kinds.filter((kind) => kind === 'hello' || kind === 'envelope')).toEqual(['hello'])
    expect(spools(saveDir)).toEqual([])
  })

  test('for good is kept with all that it logs to its end, and how that was', async () => {
    const saveDir = freshFolder()
    const go = path.join(saveDir, 'go')
    await aggregator(saveDir, {
      refuse: { reason: 'conflict', message: 'rank 0 is served by another agent' },
    })
    const refused = deferred()
    const { agent } = agentFor(saveDir, worker('log-then-wait.mjs', '10', go), {
      onStatus(status) {
        if (status.kind === 'refused') refused.resolve()
      },
    })
    await agent.start()
    await refused.promise
    fs.writeFileSync(go, '')
    expect(await agent.run()).toMatchObject({ kind: 'exited', delivery: { kind: 'kept' } })
    const [spool] = spools(saveDir)
    expect(JSON.parse(fs.readFileSync(path.join(spool!, 'control.json'), 'utf8'))).toMatchObject({
      state: 'refused',
      message: 'rank 0 is served by another agent',
    })
    const streams = await readSpoolStreams(spool!)
    expect(streams.flatMap(({ points }) => points)).toHaveLength(20)
    expect(streams.flatMap(({ events }) => events)).toContainEqual(
      expect.objectContaining({ type: 'rank.end', status: 'completed', exitCode: 0 }),
    )
  })
})
