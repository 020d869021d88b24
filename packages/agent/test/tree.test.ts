import fs from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { limits } from '@provloom/shared'
import { enduring } from '../../../test/support/effort.ts'
import { agentFor, worker } from './support/agents.ts'
import { freshFolder } from './support/place.ts'
import { ScriptedAggregator } from './support/scripted-aggregator.ts'

test('sessions of a tree beyond openSessionsMax wait in their folders until others have ended', async ({
  skip,
}) => {
  skip(!enduring, 'npm run endure -- limits')
  const saveDir = freshFolder()
  const aggregator = await new ScriptedAggregator(saveDir).start()
  const [first, all] = [path.join(saveDir, 'first'), path.join(saveDir, 'all')]
  const { agent } = agentFor(saveDir, worker('open-many.mjs', `${limits.openSessionsMax + 1}`, first, all))
  const asked = (): number => new Set(aggregator.hellos.map(({ session }) => session)).size
  try {
    await agent.start()
    await vi.waitUntil(() => asked() === limits.openSessionsMax, { timeout: 60_000 })
    fs.writeFileSync(first, '')
    await vi.waitUntil(() => asked() === limits.openSessionsMax + 1, { timeout: 60_000 })
    fs.writeFileSync(all, '')
    expect(await agent.run()).toMatchObject({ kind: 'exited', code: 0 })
  } finally {
    aggregator.stop()
  }
})

test('two agents of one process have a tree each, and each serves the sessions of its own command alone', async () => {
  const saveDir = freshFolder()
  const aggregator = await new ScriptedAggregator(saveDir).start()
  try {
    const agents = [0, 1].map(() => agentFor(saveDir, worker('log-points.mjs', '5')).agent)
    const delivered = { kind: 'exited', code: 0, delivery: { kind: 'delivered' } }
    const ends = await Promise.all(agents.map((agent) => agent.run()))
    expect(ends).toMatchObject([delivered, delivered])
    expect(new Set(aggregator.hellos.map(({ session }) => session)).size).toBe(2)
    expect(new Set(aggregator.hellos.map(({ agent }) => agent)).size).toBe(2)
  } finally {
    aggregator.stop()
  }
})

test('a session that had ended before its agent came is delivered, and its folder is gone', async () => {
  const saveDir = freshFolder()
  const aggregator = await new ScriptedAggregator(saveDir, { over: true }).start()
  const { agent, told } = agentFor(saveDir, worker('log-points.mjs', '10'))
  try {
    expect(await agent.run()).toMatchObject({
      kind: 'exited',
      code: 0,
      delivery: { kind: 'delivered', runs: [] },
    })
    expect(aggregator.kinds).not.toContain('envelope')
    expect([fs.readdirSync(path.join(saveDir, 'spools')), told.lines]).toEqual([[], []])
  } finally {
    aggregator.stop()
  }
})

/** A child logs and is gone; its parent ends when the child's stream was let go. */
const withChild = `
import os, provloom
run = provloom.start_run("www.example.org", "e")
if os.fork() == 0:
    provloom.log_metric("loss", 1.0)
    os._exit(0)
os.wait()
while not any(one.startswith("retired.") for one in os.listdir(run.spool + "/streams")): pass
provloom.end_run(wait=False)
`

test('a stream that was let go is named by no bye, though the answer to that is lost: it would count as one that never came', async () => {
  const saveDir = freshFolder()
  const aggregator = await new ScriptedAggregator(saveDir, { retiredUnanswered: 2 }).start()
  const client = path.resolve(import.meta.dirname, '../../../clients/python')
  const { agent } = agentFor(saveDir, ['python3', '-c', withChild], {
    environment: { PATH: process.env['PATH'], PYTHONPATH: client },
  })
  try {
    expect(await agent.run()).toMatchObject({ kind: 'exited', code: 0, delivery: { kind: 'delivered' } })
    const [gone] = aggregator.retired
    expect(gone).toMatch(/^worker-/)
    expect(aggregator.byes.flatMap(({ ledger }) => Object.keys(ledger))).not.toContain(gone)
    expect(aggregator.received.rows).toHaveLength(1)
  } finally {
    aggregator.stop()
  }
})
