import { describe, expect, it } from 'vitest'
import { enduring, seeds } from '../../support/effort.ts'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'
import type { Result, Started } from '../../support/cli.ts'

/** Two sessions; in the second rank 1 fails at its first start. */
const script = `
import os, sys, time, provloom
rank = int(os.environ["PROVE_RANK"])
for which in ("a", "b"):
    provloom.start_run("www.example.org", "e", collect_all_processes=True)
    provloom.log_param("which", which)
    for step in range(10 + rank):
        provloom.log_metric("loss", rank, step=step)
    if which == "b" and os.environ["PROVE_START"] == "0":
        if rank == 0: open("begun", "w").close()
        while not os.path.exists("begun"): time.sleep(0.01)
        if rank == 1: raise SystemExit(1)
        time.sleep(30)
    provloom.end_run()
`

/** What torchrun does: it starts all ranks, and all of them again when one has failed. */
function startOf(
  here: Site,
  name: string,
  start: number,
  variables: (rank: number) => Record<string, string>,
) {
  return [0, 1].map((rank) =>
    here.start('provloom', ['agent', '--with-aggregator', '--', 'python3', name], {
      env: { PROVE_RANK: `${rank}`, PROVE_START: `${start}`, ...variables(rank) },
    }),
  )
}

const torchrun =
  (start: number) =>
  (rank: number): Record<string, string> => ({
    RANK: `${rank}`,
    LOCAL_RANK: `${rank}`,
    WORLD_SIZE: '2',
    LOCAL_WORLD_SIZE: '2',
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: `${23_456 + start}`,
    TORCHELASTIC_RUN_ID: 'restarts',
    TORCHELASTIC_RESTART_COUNT: `${start}`,
    TORCHELASTIC_MAX_RESTARTS: '1',
    GROUP_RANK: '0',
    GROUP_WORLD_SIZE: '1',
    ROLE_RANK: `${rank}`,
  })

const slurm =
  (start: number) =>
  (rank: number): Record<string, string> => ({
    SLURM_JOB_ID: '4711',
    SLURM_RESTART_COUNT: `${start}`,
    SLURM_STEP_ID: '0',
    SLURM_STEP_NUM_TASKS: '2',
    SLURM_PROCID: `${rank}`,
    SLURM_LOCALID: `${rank}`,
    SLURM_NTASKS: '2',
    SLURM_NNODES: '1',
    SLURM_NODEID: '0',
  })

describe.each([
  ['torchrun', torchrun],
  ['a requeue', slurm],
])('ranks that are started again by %s', (_, variables) => {
  it.each(seeds(1))('meet in the runs that they were in, as the next attempt (%i)', async () => {
    const here = site()
    const name = here.script('t.py', script)
    const first = startOf(here, name, 0, variables(0))
    expect((await first[1]!.ended).code).toBe(1)
    first[0]!.child.kill('SIGTERM')
    await first[0]!.ended
    const second: Result[] = await Promise.all(startOf(here, name, 1, variables(1)).map(({ ended }) => ended))
    const said = second.map(({ stderr }) => stderr).join('')
    for (const one of second) expect(one.code, said).toBe(0)
    const runs = await here.until(
      (all) => all.length === 2 && all.every((run) => run.file.status === 'completed'),
    )
    expect(
      runs.map((run) => [param(run, 'which'), run.file.status]),
      said,
    ).toEqual([
      ['a', 'completed'],
      ['b', 'completed'],
    ])
    expect(ranks(runs[0]!)).toEqual(['0 0 completed', '0 1 completed', '1 0 completed', '1 1 completed'])
    expect(ranks(runs[1]!)).toEqual(['0 0 killed', '0 1 completed', '1 0 failed', '1 1 completed'])
    for (const run of runs) expectWhole(run, 10, 10, 11, 11)
  })
})

it('a requeue that begins when all of the killed start has just gone is the next attempt of its run', async () => {
  const here = site()
  const name = here.script(
    't.py',
    `
import os, time, provloom
provloom.start_run("www.example.org", "e", collect_all_processes=True)
for step in range(10): provloom.log_metric("loss", step, step=step)
print("begun", flush=True)
while os.environ["SLURM_RESTART_COUNT"] == "0": time.sleep(1)
print("ended", provloom.end_run(), flush=True)
`,
  )
  const starts = (count: number): Started[] =>
    [0, 1].map((rank) => here.start('python3', [name], { env: slurm(count)(rank) }))
  for (const one of starts(0)) {
    await one.seen(/begun/)
    one.child.kill('SIGKILL')
  }
  await here.until((all) => all[0]?.file.finished === true)
  await here.gone()
  const again = await Promise.all(starts(1).map(({ ended }) => ended))
  for (const { code, stderr } of again) expect(code, stderr).toBe(0)
  // The other ranks do not wait for the graph.
  expect(again[0]!.stdout, again[0]!.stderr).toContain('ended True')
  await here.gone()
  const [run, ...others] = here.runs()
  expect(others).toEqual([])
  // A plain start that is killed is `killed` where its end is seen before its parent has taken it.
  expect(ranks(run!).map((told) => told.replace('killed', 'incomplete'))).toEqual([
    '0 0 incomplete',
    '0 1 completed',
    '1 0 incomplete',
    '1 1 completed',
  ])
  expectWhole(run!, 10, 10, 10, 10)
})

it('a rank that a shell starts again when its machine was killed is in the run again within 20 s', async ({
  skip,
}) => {
  skip(!enduring, 'npm run endure -- sessions')
  const here = site()
  const name = here.script(
    't.py',
    `
import os, time, provloom
rank = int(os.environ["RANK"])
again = os.path.exists("again%d" % rank)
run = provloom.start_run("www.example.org", "e", collect_all_processes=True)
while not again and run.directory is None:
    provloom.log_metric("loss", rank, step=0)
    time.sleep(0.1)
print("begun", rank, os.getpid(), os.getppid(), flush=True)
open("again%d" % rank, "w").close()
while not (again or os.path.exists("done")): time.sleep(0.01)
print("ended", provloom.end_run(), flush=True)
if rank == 1: open("done", "w").close()
`,
  )
  const loop = `until provloom agent --with-aggregator -- python3 ${name}; do sleep 2; done`
  const variables = { WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: '29500', PROVLOOM_JOB_KEY: 'k' }
  const [zero, one] = [0, 1].map((rank) =>
    here.start('bash', ['-c', loop], { env: { ...variables, RANK: `${rank}`, LOCAL_RANK: `${rank}` } }),
  )
  const [, worker, agent] = await one!.seen(/begun 1 (\d+) (\d+)/)
  await zero!.seen(/begun 0/)
  for (const pid of [agent, worker]) process.kill(Number(pid), 'SIGKILL')
  const killed = performance.now()
  const isAgain = (): boolean => here.runs().some((run) => ranks(run).some((told) => told.startsWith('1 1')))
  await expect.poll(isAgain, { timeout: 40_000 }).toBe(true)
  expect(performance.now() - killed).toBeLessThan(22_000)
  const results = await Promise.all([zero!, one!].map(({ ended }) => ended))
  for (const { code, stderr } of results) {
    expect(code, stderr).toBe(0)
    expect(stderr).not.toMatch(/import|conflict/)
  }
  await here.gone()
  expect(here.runs().map((run) => ranks(run))).toEqual([['0 0 completed', '1 0 lost', '1 1 completed']])
})
