import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createAgent } from '../src/index.ts'
import type { Agent } from '../src/index.ts'
import { agentFor, brisk, worker } from './support/agents.ts'
import { buildAgent, spawnAgent } from './support/agent-process.ts'
import { freshFolder } from './support/place.ts'
import { ScriptedAggregator } from './support/scripted-aggregator.ts'

const running: ScriptedAggregator[] = []
afterEach(() => {
  for (const one of running.splice(0)) one.stop()
})

async function aggregator(saveDir: string): Promise<ScriptedAggregator> {
  const one = await new ScriptedAggregator(saveDir).start()
  running.push(one)
  return one
}

/** A spool as a client makes one that was started without an agent. */
function clientSpool(saveDir: string, environment: Readonly<Record<string, string>>): string {
  const spool = path.join(saveDir, 'spools', `own-r0-a0-${randomBytes(4).toString('hex')}`)
  for (const folder of ['streams', 'files'])
    fs.mkdirSync(path.join(spool, folder), { recursive: true, mode: 0o700 })
  const facts = { format: 1, createdUs: 1, host: os.hostname(), uid: 0, pid: 1, by: 'client', environment }
  fs.writeFileSync(path.join(spool, 'spool.json'), JSON.stringify(facts))
  return spool
}

function attached(saveDir: string, spool: string, pid: number): Agent {
  return createAgent({
    mode: { kind: 'attach', spool, pid },
    environment: {},
    options: { provenanceSaveDir: saveDir },
    timing: brisk,
  })
}

describe('an agent that attaches to a running worker', () => {
  test('follows it until it is gone, by the rank its spool says', async () => {
    const saveDir = freshFolder()
    const { received, hellos, byes } = await aggregator(saveDir)
    const spool = clientSpool(saveDir, { RANK: '2', LOCAL_RANK: '0', WORLD_SIZE: '4' })
    const go = path.join(saveDir, 'go')
    const [program, ...argv] = worker('log-then-wait.mjs', '10', go)
    const child = spawn(program!, argv, { env: { PROVLOOM_SPOOL_DIR: spool }, stdio: 'ignore' })
    const agent = attached(saveDir, spool, child.pid!)
    await agent.start()
    await received.until(() => received.rows.length === 10)
    fs.writeFileSync(go, '')
    expect(await agent.run()).toMatchObject({ kind: 'served', delivery: { kind: 'delivered' } })
    expect(received.rows).toHaveLength(20)
    expect(hellos[0]).toMatchObject({ rank: 2, worldSize: 4 })
    expect(received.of('rank.end')).toMatchObject([{ status: 'incomplete' }])
    expect(byes).toMatchObject([{ final: true }])
    expect(fs.existsSync(spool)).toBe(false)
  })

  test('takes the worker’s own word for how it ended', async () => {
    const saveDir = freshFolder()
    const { received } = await aggregator(saveDir)
    const spool = clientSpool(saveDir, {})
    const [program, ...argv] = worker('log-points.mjs', '3', '1')
    const child = spawn(program!, argv, { env: { PROVLOOM_SPOOL_DIR: spool }, stdio: 'ignore' })
    await attached(saveDir, spool, child.pid!).run()
    expect(received.of('rank.end')).toMatchObject([{ status: 'failed' }])
  })

  test('goes on where a killed agent was, and nothing is lost or doubled', async () => {
    buildAgent()
    const saveDir = freshFolder()
    const { received } = await aggregator(saveDir)
    const go = path.join(saveDir, 'go')
    const killed = spawnAgent(saveDir, worker('log-then-wait.mjs', '1000', go))
    await received.until(() => received.rows.length > 0)
    killed.child.kill('SIGKILL')
    // Not `close`: the worker lives on and holds its standard output open.
    await once(killed.child, 'exit')
    const [name] = fs.readdirSync(path.join(saveDir, 'spools'))
    const pid = received.of('session.start')[0]!.pid
    const agent = attached(saveDir, path.join(saveDir, 'spools', name!), pid)
    await agent.start()
    fs.writeFileSync(go, '')
    expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
    expect(received.rows.map((row) => row.value)).toEqual(Array.from({ length: 2000 }, (_, i) => i))
  })
})

test('a spool that a living agent serves is refused to another one', () => {
  const saveDir = freshFolder()
  const spool = clientSpool(saveDir, {})
  fs.writeFileSync(path.join(spool, 'agent.json'), JSON.stringify({ pid: process.ppid, host: os.hostname() }))
  expect(() => attached(saveDir, spool, process.pid)).toThrow(expect.objectContaining({ code: 'CONFLICT' }))
})

test('a folder that is no spool is refused, saying which and what one holds', () => {
  const saveDir = freshFolder()
  expect(() => attached(saveDir, saveDir, process.pid)).toThrow(
    expect.objectContaining({ code: 'SPOOL_UNREADABLE', to: saveDir }),
  )
})

describe('with an aggregator to bring up', () => {
  test('rank 0 starts it once, and the rank finds its connection file', async () => {
    const saveDir = freshFolder()
    const asked: string[] = []
    const { agent } = agentFor(saveDir, worker('log-points.mjs', '5'), {
      timing: { drainMs: 5_000 },
      async startAggregator({ provenanceSaveDir, experimentName }) {
        asked.push(provenanceSaveDir, experimentName)
        await aggregator(saveDir)
      },
    })
    expect(await agent.run()).toMatchObject({ delivery: { kind: 'delivered' } })
    expect(asked).toEqual([saveDir, 'log-points'])
  })

  test('other ranks leave that to rank 0', async () => {
    const saveDir = freshFolder()
    let asked = 0
    const { agent } = agentFor(saveDir, worker('log-points.mjs', '5'), {
      options: { rank: 1 },
      startAggregator: () => {
        asked++
      },
    })
    expect(await agent.run()).toMatchObject({ delivery: { kind: 'kept' } })
    expect(asked).toBe(0)
  })

  test('none is started beside one that lives', async () => {
    const saveDir = freshFolder()
    await aggregator(saveDir)
    let asked = 0
    await agentFor(saveDir, worker('log-points.mjs', '5'), {
      startAggregator: () => {
        asked++
      },
    }).agent.run()
    expect(asked).toBe(0)
  })
})
