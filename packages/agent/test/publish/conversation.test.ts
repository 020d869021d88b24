import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { agentFor, worker } from '../support/agents.ts'
import { freshFolder } from '../support/place.ts'
import { ScriptedAggregator } from '../support/scripted-aggregator.ts'
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

function spools(saveDir: string): string[] {
  const root = path.join(saveDir, 'spools')
  return fs.existsSync(root) ? fs.readdirSync(root) : []
}

test('everything a worker logged reaches the aggregator once, and the spool is removed', async () => {
  const saveDir = freshFolder()
  const { received, byes, hellos } = await aggregator(saveDir)
  const outcome = await agentFor(saveDir, worker('log-points.mjs', '1000')).agent.run()
  expect(outcome).toMatchObject({ kind: 'exited', code: 0, delivery: { kind: 'delivered' } })
  expect(received.rows.map((row) => row.value)).toEqual(Array.from({ length: 1000 }, (_, i) => i / 3))
  expect(received.of('rank.end')).toMatchObject([{ status: 'completed', exitCode: 0 }])
  expect(received.of('rank.start')).toHaveLength(1)
  expect(hellos).toHaveLength(1)
  expect(byes).toMatchObject([{ final: true, createSvg: true }])
  expect(spools(saveDir)).toEqual([])
})
