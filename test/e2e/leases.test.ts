import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { folder, provloom, startProvloom } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { hasRun, inGroup, job, killGroup, until } from '../support/job.ts'
import { hasPidNamespaces, named } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'

/** Logs a point, and further ones and its end as files tell it to. */
const script = `
import os, sys, time, provloom
folder = sys.argv[1]
provloom.start_run("www.example.org", "killed")
provloom.log_metric("loss", 0.0, step=0)
def told(name):
    while not os.path.exists(os.path.join(folder, name)):
        time.sleep(0.02)
told("more")
for step in range(1, 100):
    provloom.log_metric("loss", float(step), step=step)
told("end")
provloom.end_run()
`

function scriptIn(told: string): string {
  const file = path.join(told, 'train.py')
  fs.writeFileSync(file, script)
  return file
}

function readRun(runDir: string): Record<string, unknown> {
  return JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')) as Record<string, unknown>
}

function touch(dir: string, name: string): void {
  fs.writeFileSync(path.join(dir, name), '')
}

async function steps(runDir: string): Promise<number[]> {
  const rows = await rowsOf(runDir, 'loss')
  return rows.map((row) => Number(row.step)).sort((a, b) => a - b)
}

describe("a run's lease", () => {
  const elsewhere = 'is honoured in another pid namespace, where neither process nor port is seen'
  it.skipIf(!hasPidNamespaces)(
    named(elsewhere, hasPidNamespaces, 'no pid namespaces may be made'),
    async () => {
      const [saveDir, spoolRoot, told] = [folder(), folder(), folder()]
      const file = scriptIn(told)
      const words = ['run', '--provenance-save-dir', saveDir, '--', 'python3', file, told]
      const front = ['unshare', '-fp', '--mount-proc', '--kill-child']
      const living = inGroup(words, { PROVLOOM_SPOOL_ROOT: spoolRoot }, front)
      await until(() => hasRun(saveDir))
      const runDir = onlyRun(saveDir)
      fs.rmSync(path.join(saveDir, '.provloom'), { recursive: true, force: true })
      const refused = await provloom(['recover', runDir, '--spool-root', spoolRoot])
      expect(refused.code, refused.stderr).toBe(3)
      expect(refused.stderr).toMatch(/is being written by process \d+ on [^]*\[RUN_HELD\]/)
      expect(readRun(runDir)).toMatchObject({ status: 'running', finished: false })
      const gone = once(living, 'exit')
      killGroup(living)
      await gone
      const recovered = await provloom(['recover', runDir, '--spool-root', spoolRoot])
      expect(recovered.code, recovered.stderr).toBe(0)
      expect(readRun(runDir)).toMatchObject({ finished: true, status: 'incomplete' })
      expect(fs.existsSync(path.join(runDir, '.lease'))).toBe(false)
    },
  )

  it('is taken by --force with a warning; who had it says so, acknowledges no more, and what is kept completes the run', async () => {
    const [saveDir, spoolRoot, told] = [folder(), folder(), folder()]
    const words = [
      '--provenance-save-dir',
      saveDir,
      '--spool-root',
      spoolRoot,
      '--',
      'python3',
      scriptIn(told),
      told,
    ]
    const living = startProvloom(['run', ...words])
    await until(() => hasRun(saveDir))
    const runDir = onlyRun(saveDir)
    await until(() => Number(readRun(runDir)['logs']) > 0 || fs.existsSync(path.join(runDir, 'prov.json')))
    const forced = await provloom(['recover', runDir, '--force', '--spool-root', spoolRoot])
    expect(forced.code, forced.stderr).toBe(0)
    expect(forced.stderr).toMatch(/was taken by force from process \d+/)
    expect(readRun(runDir)).toMatchObject({ finished: false, status: 'incomplete' })
    await living.seen(/was taken over by another process/)
    touch(told, 'more')
    touch(told, 'end')
    const ended = await living.ended
    expect(ended.code).toBe(0)
    expect(ended.stderr).toMatch(/kept in (\S+)\. Hand in: provloom import \1/)
    expect(readRun(runDir)).toMatchObject({ finished: false, status: 'incomplete' })
    const completed = await provloom(['import', '--spool-root', spoolRoot])
    expect(completed.code, completed.stderr).toBe(0)
    expect(onlyRun(saveDir)).toBe(runDir)
    const graph = new Graph(runDir)
    expect(graph.violations()).toEqual([])
    expect(await steps(runDir)).toEqual(Array.from({ length: 100 }, (_, step) => step))
    expect(readRun(runDir)).toMatchObject({ finished: true, status: 'completed' })
  })

  it('tells a second aggregator of the job that the first lives', async () => {
    const one = await job(1, 10)
    await until(() => hasRun(one.saveDir))
    const jobKey = fs.readdirSync(path.join(one.saveDir, '.provloom'))[0]!
    // As if its process and port could not be seen.
    fs.rmSync(path.join(one.saveDir, '.provloom', jobKey, 'connection.json'))
    const second = await provloom(['aggregator', '--provenance-save-dir', one.saveDir, '--job-key', jobKey])
    expect(second.code, second.stderr).toBe(3)
    expect(second.stderr).toMatch(/is being written by process/)
    one.ranks[0]!.stdin!.end()
  })
})

describe('a run directory that is removed', () => {
  it('is told once, acknowledges nothing more, and what is kept becomes a run', async () => {
    const [saveDir, spoolRoot, told] = [folder(), folder(), folder()]
    const words = [
      '--provenance-save-dir',
      saveDir,
      '--spool-root',
      spoolRoot,
      '--',
      'python3',
      scriptIn(told),
      told,
    ]
    const living = startProvloom(['run', ...words])
    await until(() => fs.existsSync(path.join(saveDir, 'killed_0', 'prov.json')))
    removeFolder(path.join(saveDir, 'killed_0'))
    touch(told, 'more')
    await living.seen(/rank 0: the run directory \S+ was removed/)
    touch(told, 'end')
    const ended = await living.ended
    expect(ended.code).toBe(0)
    expect(ended.stderr.match(/was removed: what is logged/g)!.length).toBeLessThanOrEqual(3)
    expect(ended.stderr).toMatch(/run killed_0 is not there: \S+killed_0 was removed\. .*provloom spools/)
    expect(ended.stderr).not.toContain('no run was recorded')
    expect(fs.existsSync(path.join(saveDir, 'killed_0', 'prov.json'))).toBe(false)
    const listed = await provloom(['spools', '--spool-root', spoolRoot])
    expect(listed.stdout).toMatch(/1 session in no graph[^]*killed, rank 0[^]*was removed/)
    const made = await provloom(['import', '--spool-root', spoolRoot])
    expect(made.code, made.stderr).toBe(0)
    const runDir = onlyRun(saveDir)
    expect(new Graph(runDir).violations()).toEqual([])
    expect((await steps(runDir)).slice(-99)).toEqual(Array.from({ length: 99 }, (_, step) => step + 1))
    expect(readRun(runDir)).toMatchObject({ finished: true, status: 'completed' })
  })
})
