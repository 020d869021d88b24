import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, provloom, startProvloom } from '../support/cli.ts'
import { effort, seedOf } from '../support/effort.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { hasRun, job, until } from '../support/job.ts'
import { rowsOf } from '../support/parquet.ts'
import { randomFrom } from '../support/random.ts'

/** Every call that returned is in document and Parquet rows, once and in order. */
async function expectAll(runDir: string, returned: readonly number[]): Promise<void> {
  const graph = new Graph(runDir)
  expect(graph.violations()).toEqual([])
  const rows = await rowsOf(runDir, 'loss')
  const inRows: string[] = []
  for (const [rank, calls] of returned.entries()) {
    const mine = rows.filter((row) => row.rank === rank).map((row) => Number(row.step))
    expect(mine.length, `rank ${rank}`).toBeGreaterThanOrEqual(calls)
    expect(mine).toEqual(mine.map((_, k) => k))
    inRows.push(String(mine.length))
  }
  const series = graph.ofType('ModelEvaluation').filter((one) => graph.value(one, 'label')?.includes('loss'))
  expect(graph.each(series, 'rows')).toEqual(inRows.sort())
  const run = JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')) as Record<string, unknown>
  // While nobody has reaped a killed process, how it ended is seen.
  const died = expect.stringMatching(/^(?:incomplete|killed)$/)
  expect(run).toMatchObject({ finished: true, status: died })
  expect(fs.existsSync(path.join(runDir, 'journal'))).toBe(false)
  for (const rank of graph.ofType('RankExecution')) expect(graph.value(rank, 'status')).toEqual(died)
}

describe('provloom recover', () => {
  it('finishes a job that was killed whole, with every call that had returned', async () => {
    const random = randomFrom(seedOf(11))
    let calls = 0
    for (let trial = 0; trial < effort; trial++) {
      const one = await job(2)
      await until(() => hasRun(one.saveDir))
      await until(() => one.returned().every((count) => count > 0))
      await new Promise((resolve) => setTimeout(resolve, random.unit() * 400))
      await one.kill()
      const runDir = onlyRun(one.saveDir)
      const result = await provloom(['recover', runDir, '--spool-root', one.spoolRoot, '--json'])
      expect(result.code, result.stderr).toBe(0)
      const said = JSON.parse(result.stdout) as { kind: string; spools: { outcome: string }[] }
      expect(said.kind).toBe('recovered')
      expect(said.spools.map((spool) => spool.outcome)).toEqual(['handed-in', 'handed-in'])
      await expectAll(runDir, one.returned())
      expect(fs.readdirSync(one.spoolRoot)).toEqual([])
      calls += one.returned().reduce((sum, count) => sum + count, 0)
    }
    console.log(`killed jobs whole: ${calls} calls that had returned, all recovered`)
  })

  it('works on a copied run directory with spools that are named, and leaves the original alone', async () => {
    const one = await job(1, 500)
    await until(() => one.returned()[0] === 500)
    await until(() => hasRun(one.saveDir))
    await one.kill()
    const copy = path.join(folder(), 'copy')
    fs.cpSync(onlyRun(one.saveDir), copy, { recursive: true })
    const spool = path.join(one.spoolRoot, fs.readdirSync(one.spoolRoot)[0]!)
    const result = await provloom(['recover', copy, spool])
    expect(result.code, result.stderr).toBe(0)
    await expectAll(copy, one.returned())
    expect(fs.readdirSync(copy)).not.toContain('.provloom')
    expect(fs.existsSync(path.join(onlyRun(one.saveDir), 'journal'))).toBe(true)
    const again = await provloom(['recover', copy])
    expect(again.code).toBe(0)
    expect(again.stderr).toContain('is finished already')
  })

  it('refuses a run whose aggregator is alive, and leaves it running', async () => {
    const one = await job(1, 10)
    await until(() => hasRun(one.saveDir))
    const runDir = onlyRun(one.saveDir)
    const result = await provloom(['recover', runDir, '--spool-root', one.spoolRoot])
    expect(result.code).toBe(3)
    expect(result.stderr).toMatch(/is being written by process \d+[^]*Try: /)
    expect(one.aggregator.exitCode).toBeNull()
    one.ranks[0]!.stdin!.end()
  })

  it('leaves a spool alone that is still written, and says how to serve it', async () => {
    const one = await job(1, 100)
    await until(() => one.returned()[0] === 100)
    await until(() => hasRun(one.saveDir))
    const [spool] = fs.readdirSync(one.spoolRoot).map((name) => path.join(one.spoolRoot, name))
    one.aggregator.kill('SIGKILL')
    one.ranks[0]!.kill('SIGKILL')
    await once(one.ranks[0]!, 'exit')
    const runDir = onlyRun(one.saveDir)
    const named = await provloom(['recover', runDir, spool!])
    expect(named.code).toBe(3)
    expect(named.stderr).toMatch(/still in use by the worker \d+[^]*provloom agent --tree /)
    expect(fs.existsSync(path.join(runDir, 'journal'))).toBe(true)
  })

  it.each([
    ['a folder that is no run', (dir: string) => [dir], /no run directory that can be read/],
    ['a spool that is none', (dir: string) => [dir, os.tmpdir()], /Error: /],
  ])('refuses %s', async (_, args, message) => {
    const result = await provloom(['recover', ...args(folder())])
    expect(result.code).toBe(2)
    expect(result.stderr).toMatch(message)
    expect(result.stderr).toContain('Try:')
  })
})

describe('provloom import', () => {
  it('makes one run of several spools of one job, and none is left', async () => {
    const [saveDir, spoolRoot] = [folder(), folder()]
    const file = path.join(saveDir, 'train.py')
    fs.writeFileSync(
      file,
      'import provloom\nprovloom.start_run("www.example.org", "kept")\nprovloom.log_metric("loss", 1.0, step=0)\nprovloom.end_run()\n',
    )
    await Promise.all(
      [0, 1].map(
        (rank) =>
          startProvloom(
            ['agent', '--provenance-save-dir', saveDir, '--spool-root', spoolRoot, '--', 'python3', file],
            { env: { RANK: String(rank), LOCAL_RANK: String(rank), WORLD_SIZE: '2', MASTER_ADDR: 'n1' } },
          ).ended,
      ),
    )
    const spools = fs.readdirSync(spoolRoot).map((name) => path.join(spoolRoot, name))
    expect(spools).toHaveLength(2)
    fs.rmSync(file)
    const result = await provloom(['import', '--provenance-save-dir', saveDir, ...spools])
    expect(result.code, result.stderr).toBe(0)
    const graph = new Graph(onlyRun(saveDir))
    expect(graph.violations()).toEqual([])
    const ranks = graph.ofType('RankExecution')
    expect(graph.each(ranks, 'globalRank')).toEqual(['0', '1'])
    expect(graph.each(ranks, 'status')).toEqual(['completed', 'completed'])
    expect(graph.value(graph.ofType('Run')[0]!, 'status')).toBe('completed')
    expect(fs.readdirSync(spoolRoot)).toEqual([])
    const control = path.join(saveDir, '.provloom')
    expect(fs.existsSync(control) ? fs.readdirSync(control) : []).toEqual([])
  })
})
