import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Started } from '../../support/cli.ts'
import { hasTorch, systemPython } from '../../support/needs.ts'
import { freePorts } from '../../support/ports.ts'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'
import { needsTorch, torchrun, underAgent } from '../../support/torchrun.ts'

vi.setConfig({ testTimeout: 180_000 })

const c10d = ['--rdzv_backend', 'c10d', '--rdzv_endpoint']

/** Two sessions; in the second, at the first start, `happens`. */
const elastic = (happens: string): string => `
import os, time, provloom
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
first = not os.path.exists("again")
def wait_for(name):
    while not os.path.exists(name): time.sleep(0.01)
for which in ("a", "b"):
    provloom.start_run("www.example.org", "e", collect_all_processes=True)
    provloom.log_param("which", which)
    for step in range(10 + rank):
        provloom.log_metric("loss", rank, step=step)
    if which == "b" and first:
        ${happens}
    provloom.end_run()
`

describe.skipIf(!hasTorch)(needsTorch('two torchruns of one job'), () => {
  const node = async (here: Site, name: string, nodes: string): Promise<() => Started> => {
    const [port] = await freePorts(1)
    const quick = ['--monitor_interval', '0.2', '--rdzv_conf', 'last_call_timeout=1']
    const options = ['--nnodes', nodes, '--nproc_per_node', '1', '--max_restarts', '2', ...quick]
    return () =>
      torchrun(
        here,
        [...options, '--rdzv_id', 'again', ...c10d, `127.0.0.1:${port}`],
        [...underAgent, systemPython, name],
      )
  }

  it('of which one has its worker killed have one attempt on both, though one of them counts none', async () => {
    const here = site()
    const happens = `
        open("ready%d" % rank, "w").close()
        if rank == 1:
            wait_for("ready0")
            open("again", "w").close()
            os.kill(os.getpid(), 9)
        time.sleep(60)`
    const start = await node(here, here.script('t.py', elastic(happens)), '2')
    const results = await Promise.all([start(), start()].map(({ ended }) => ended))
    const said = results.map(({ stderr }) => stderr).join('')
    expect(
      results.map(({ code }) => code),
      said,
    ).toEqual([0, 0])
    console.log(
      JSON.stringify(
        here
          .runs()
          .map((run) => [
            run.name,
            run.file.status,
            run.file.finished,
            run.file.worldSize,
            ranks(run, 'hasSession', 'exitCode'),
          ]),
        null,
        1,
      ),
      said,
    )
    await here.gone()
    const runs = here.runs()
    expect(
      runs.map((run) => [param(run, 'which'), run.file.status, ranks(run)]),
      said,
    ).toEqual([
      ['a', 'completed', ['0 0 completed', '0 1 completed', '1 0 completed', '1 1 completed']],
      ['b', 'completed', ['0 0 killed', '0 1 completed', '1 0 killed', '1 1 completed']],
    ])
    for (const run of runs) expectWhole(run, 10, 10, 11, 11)
  })

  it('of which one joins late have one attempt on both from then on', async () => {
    const here = site()
    const happens = `
        open("ready%d" % rank, "w").close()
        open("again", "w").close()
        time.sleep(60)`
    const start = await node(here, here.script('t.py', elastic(happens)), '1:2')
    const first = start()
    await expect.poll(() => fs.existsSync(path.join(here.dir, 'ready0')), { timeout: 60_000 }).toBe(true)
    const results = await Promise.all([first, start()].map(({ ended }) => ended))
    const said = results.map(({ stderr }) => stderr).join('')
    expect(
      results.map(({ code }) => code),
      said,
    ).toEqual([0, 0])
    console.log(
      JSON.stringify(
        here
          .runs()
          .map((run) => [
            run.name,
            run.file.status,
            run.file.finished,
            run.file.worldSize,
            ranks(run, 'hasSession', 'exitCode'),
          ]),
        null,
        1,
      ),
      said,
    )
    await here.gone()
    const runs = here.runs()
    expect(
      runs.map((run) => [param(run, 'which'), run.file.status, run.file.worldSize, ranks(run)]),
      said,
    ).toEqual([
      ['a', 'completed', 2, ['0 0 completed', '0 1 completed', '1 1 completed']],
      ['b', 'completed', 2, ['0 0 killed', '0 1 completed', '1 1 completed']],
    ])
    for (const run of runs) expectWhole(run, 10, 10, 11)
  })
})
