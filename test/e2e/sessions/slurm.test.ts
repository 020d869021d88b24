import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../../support/cli.ts'
import { enduring, seeds } from '../../support/effort.ts'
import { hasSlurm, named } from '../../support/needs.ts'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'
import { startSlurm } from '../../support/slurm.ts'
import type { Slurm } from '../../support/slurm.ts'

const trial = `
import os, sys, time, provloom
run = provloom.start_run("www.example.org", "e", collect_all_processes=True)
rank = int(os.environ.get("SLURM_PROCID", 0))
provloom.log_param("which", sys.argv[1] if len(sys.argv) > 1 else "t")
for step in range(10 + rank):
    provloom.log_metric("loss", rank, step=step)
provloom.end_run()
`

const agent = 'provloom agent --with-aggregator -- python3'

describe.skipIf(!hasSlurm)(named('Slurm', hasSlurm, 'needs slurm-wlm and munge, as root'), () => {
  let slurm: Slurm
  beforeAll(async () => {
    slurm = await startSlurm()
  })
  afterAll(() => slurm.stop())

  const begin = (): Site => {
    const here = site(slurm.env)
    here.script('t.py', trial)
    return here
  }

  /** A job to its end, with what it said. */
  async function batch(here: Site, lines: string, ...options: readonly string[]): Promise<Result> {
    here.script('job.sh', `#!/bin/bash\n${lines}\n`)
    return here.start('sbatch', ['--wait', '--output=out-%a.txt', ...options, 'job.sh']).ended
  }

  const seen = (here: Site): unknown[] =>
    here.runs().map((run) => [param(run, 'which'), run.file.worldSize ?? null, run.file.status, ranks(run)])
  const two = ['0 0 completed', '1 0 completed']

  it('salloc and srun: the step has ranks, whatever the job is named', async () => {
    const here = begin()
    const line = `srun -n 2 ${agent} t.py; python3 t.py shell`
    const result = await here.start('salloc', ['-n', '2', '-J', 'bash', 'bash', '-c', line]).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    expect(seen(here), result.stderr).toEqual([
      ['t', 2, 'completed', two],
      ['shell', 1, 'completed', ['0 0 completed']],
    ])
  })

  it('an array: each task is a job of its own', async () => {
    const here = begin()
    const result = await batch(here, `srun -n 2 ${agent} t.py $SLURM_ARRAY_TASK_ID`, '-n', '2', '--array=0-1')
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = seen(here).sort((a, b) => (String(a) < String(b) ? -1 : 1))
    expect(runs).toEqual(['0', '1'].map((which) => [which, 2, 'completed', two]))
  })

  it('two steps, of which the second has two turns: a run of each', async () => {
    const here = begin()
    const twice = `srun -n 2 provloom agent --with-aggregator -- bash -c 'python3 t.py b; python3 t.py c'`
    const plain = `srun -n 2 bash -c 'python3 t.py d; python3 t.py e'`
    const result = await batch(here, `srun -n 2 ${agent} t.py a\n${twice}\n${plain}`, '-n', '2')
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const whole = ['a', 'b', 'c', 'd', 'e'].map((which) => [which, 2, 'completed', two])
    expect(seen(here)).toEqual(whole)
    for (const run of here.runs()) expectWhole(run, 10, 11)
  })

  const waiting = `
import os, time, provloom
rank, start = int(os.environ["SLURM_PROCID"]), os.environ.get("SLURM_RESTART_COUNT", "0")
run = provloom.start_run("www.example.org", "e", collect_all_processes=True)
for step in range(50 + rank):
    provloom.log_metric("loss", rank, step=step)
while run.directory is None: # it looks when it logs
    provloom.log_metric("waited", 1, step=0)
    time.sleep(0.1)
open("ready-%s-%d" % (start, rank), "w").close()
if start == "0": time.sleep(600)
provloom.end_run()
`
  /** A job whose two ranks have logged, and wait; and its number. */
  async function waitingJob(
    here: Site,
    ...options: readonly string[]
  ): Promise<{ readonly id: string; readonly ended: Promise<Result> }> {
    here.script('waiting.py', waiting)
    const ended = batch(here, `srun -n 2 ${agent} waiting.py`, '-n', '2', ...options)
    const ready = (): boolean => [0, 1].every((rank) => fs.existsSync(path.join(here.dir, `ready-0-${rank}`)))
    await expect.poll(ready, { timeout: 60_000 }).toBe(true)
    const { stdout } = await here.start('squeue', ['-h', '-o', '%A']).ended
    return { id: stdout.trim(), ended }
  }

  it('scancel: every rank is killed, and its last log is there', async () => {
    const here = begin()
    const { id, ended } = await waitingJob(here)
    await here.start('scancel', [id]).ended
    await ended
    await here.gone()
    expect(seen(here)).toEqual([['', 2, 'killed', ['0 0 killed', '1 0 killed']]])
    expectWhole(here.runs()[0]!, 50, 51)
  })

  it('scontrol requeue: the job is one run, of two attempts', async ({ skip }) => {
    skip(!enduring, 'npm run endure -- slurm')
    const here = begin()
    const { id, ended } = await waitingJob(here, '--requeue')
    await here.start('scontrol', ['requeue', id]).ended
    await ended
    await here.gone()
    const attempts = ['0 0 killed', '0 1 completed', '1 0 killed', '1 1 completed']
    expect(seen(here)).toEqual([['', 2, 'completed', attempts]])
    expectWhole(here.runs()[0]!, 50, 50, 51, 51)
  }, 400_000)

  it.each(seeds(enduring ? 10 : 0))(
    'the time limit: every rank is killed, and its last log is there (%i)',
    async () => {
      const here = begin()
      const { ended } = await waitingJob(here, '--time=1')
      await ended
      await here.gone()
      expect(seen(here)).toEqual([['', 2, 'killed', ['0 0 killed', '1 0 killed']]])
      expectWhole(here.runs()[0]!, 50, 51)
    },
    400_000,
  )
})
