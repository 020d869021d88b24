import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parquetReadObjects, asyncBufferFromFile } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { folder, startProvloom } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'

const names = [
  '--experiment-name',
  'durable',
  '--prov-user-namespace',
  'www.example.org',
  '--collect-all-processes',
]

/** A worker that logs when it is told to: a line on its standard input is a number of further logs. */
const onDemand = `
import sys, provloom
provloom.start_run("www.example.org", "durable")
logged = 0
for line in sys.stdin:
    for _ in range(int(line)):
        provloom.log_metric("loss", logged / 7, step=logged)
        logged += 1
    print(logged, flush=True)
provloom.end_run()
`

async function aggregatorIn(saveDir: string, extra: readonly string[] = []): Promise<Started> {
  const aggregator = startProvloom(['aggregator', ...names, '--provenance-save-dir', saveDir, ...extra])
  await aggregator.seen(/listening/)
  return aggregator
}

interface Row {
  readonly step: bigint
  readonly value: number
  readonly key: string
}

async function lossRows(runDir: string): Promise<Row[]> {
  const rows: Row[] = []
  const metrics = path.join(runDir, 'metrics')
  for (const part of fs.readdirSync(metrics).filter((name) => name.endsWith('.parquet'))) {
    const file = await asyncBufferFromFile(path.join(metrics, part))
    rows.push(...((await parquetReadObjects({ file, compressors })) as unknown as Row[]))
  }
  return rows.filter((row) => row.key === 'loss')
}

/** An agent with a worker that logs as many times as a line on its standard input says. */
function agentIn(saveDir: string): {
  readonly agent: Started
  log(count: number): Promise<unknown>
  end(): void
} {
  const script = path.join(folder(), 'worker.py')
  fs.writeFileSync(script, onDemand)
  const agent = startProvloom(
    ['agent', '--provenance-save-dir', saveDir, '--sample-interval-seconds', '0', '--', 'python3', script],
    { talk: true },
  )
  let logged = 0
  return {
    agent,
    log(count) {
      logged += count
      agent.child.stdin!.write(`${count}\n`)
      return agent.seen(new RegExp(`^${logged}$`, 'm'))
    },
    end() {
      agent.child.stdin!.end()
    },
  }
}

function lossSeries(graph: Graph): { rows: number; last: number } {
  const series = graph.ofType('ModelEvaluation').find((one) => graph.value(one, 'label')?.includes('loss'))
  return { rows: Number(graph.value(series!, 'rows')), last: Number(graph.value(series!, 'hasValue')) }
}

describe('saveAfterNLogs', () => {
  it('100 renews prov.json after each 100 logs, and it then holds them all', async () => {
    const saveDir = folder()
    const aggregator = await aggregatorIn(saveDir, ['--save-after-n-logs', '100', '--json'])
    const worker = agentIn(saveDir)
    for (let logs = 100; logs <= 1000; logs += 100) {
      await worker.log(100)
      await aggregator.seen(new RegExp(`"kind":"flushed"[^\\n]*"logs":${logs},`))
      const graph = new Graph(onlyRun(saveDir))
      expect(graph.violations()).toEqual([])
      expect(lossSeries(graph)).toEqual({ rows: logs, last: (logs - 1) / 7 })
    }
    worker.end()
    expect((await worker.agent.ended).code).toBe(0)
    aggregator.child.kill('SIGTERM')
    const { stdout } = await aggregator.ended
    const flushed = stdout.split('\n').filter((line) => line.includes('"kind":"flushed"'))
    expect(new Set(flushed.map((line) => /"logs":(\d+)/.exec(line)![1])).size).toBe(11)
  })
})

describe('kill -9 of the aggregator in mid-run', () => {
  it('and its restart with the same arguments lose nothing and double nothing', async () => {
    const saveDir = folder()
    const first = await aggregatorIn(saveDir)
    const worker = agentIn(saveDir)
    await worker.log(500)
    await first.seen(/follow: provloom watch/)
    first.child.kill('SIGKILL')
    await first.ended
    await worker.log(500)
    const second = await aggregatorIn(saveDir)
    await second.seen(/goes on/)
    await worker.log(500)
    second.child.kill('SIGKILL')
    await second.ended
    const third = await aggregatorIn(saveDir)
    await worker.log(500)
    worker.end()
    expect((await worker.agent.ended).code).toBe(0)
    third.child.kill('SIGTERM')
    expect((await third.ended).code).toBe(0)
    const graph = new Graph(onlyRun(saveDir))
    expect(graph.violations()).toEqual([])
    expect(lossSeries(graph)).toEqual({ rows: 2000, last: 1999 / 7 })
    const rows = await lossRows(onlyRun(saveDir))
    expect(rows.map((row) => Number(row.step)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 2000 }, (_, i) => i),
    )
    expect(rows.every((row) => row.value === Number(row.step) / 7)).toBe(true)
  })
})
