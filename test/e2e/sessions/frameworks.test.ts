import { describe, expect, it } from 'vitest'
import type { Result } from '../../support/cli.ts'
import { hasTorch, systemPython } from '../../support/needs.ts'
import { freePorts } from '../../support/ports.ts'
import { expectWhole, ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'
import { needsTorch } from '../../support/torchrun.ts'

/** As `ways`, with the Python that has what a framework needs. */
const fronts = [
  ['python', []],
  ['provloom run', ['provloom', 'run', '--']],
] as const

/** Debian's, where its torch is. */
const python = hasTorch ? systemPython : 'python3'

const logs = (rank: string): string =>
  `for step in range(10 + ${rank}): provloom.log_metric("loss", step, step=step)`
const begin = 'provloom.start_run("www.example.org", "e", collect_all_processes=True)'

async function expectThreeRanks(here: Site, front: readonly string[], text: string): Promise<void> {
  const [command, ...args] = [...front, python, here.script('t.py', text)]
  const result: Result = await here.start(command, args, { env: { OMP_NUM_THREADS: '1' } }).ended
  expect(result.code, result.stderr).toBe(0)
  await here.gone()
  const runs = here.runs()
  expect(
    runs.map((run) => [run.file.status, run.file.worldSize, ranks(run)]),
    result.stderr,
  ).toEqual([['completed', 3, ['0 0 completed', '1 0 completed', '2 0 completed']]])
  expectWhole(runs[0]!, 10, 11, 12)
}

/** Workers first, which have imported us, and then they are told their ranks: Ray's actors, Dask's workers. */
const workers = (variable: string): string => `
import multiprocessing, os, provloom
def work(rank):
    os.environ.update({"${variable}": str(rank), "WORLD_SIZE": "3", "SLURM_NTASKS": "3", "LOCAL_RANK": str(rank)})
    ${begin}
    ${logs('rank')}
    return provloom.end_run(wait=True)
def actor(pipe):
    pipe.send(work(pipe.recv()))
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(3)]
    actors = [context.Process(target=actor, args=(theirs,)) for _, theirs in pipes]
    for one in actors: one.start()
    for rank, (ours, _) in enumerate(pipes): ours.send(rank)
    assert all(ours.recv() for ours, _ in pipes)
    for one in actors: one.join()
`

/** Lightning's ddp: rank 0 is told its place, and runs the script again for each of the others. */
const ddp = (when: 'before' | 'after'): string => `
import os, subprocess, sys, provloom
${when === 'before' ? begin : ''}
rank = int(os.environ.get("LOCAL_RANK", 0))
children = []
if "LOCAL_RANK" not in os.environ:
    os.environ.update(NODE_RANK="0", LOCAL_RANK="0", WORLD_SIZE="3", MASTER_ADDR="127.0.0.1", MASTER_PORT="29500")
    children = [subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, "LOCAL_RANK": str(one)}) for one in (1, 2)]
${when === 'after' ? begin : ''}
${logs('rank')}
provloom.end_run()
sys.exit(max([child.wait() for child in children], default=0))
`

/** Lightning's ddp_spawn tells the ranks to torch alone, accelerate's notebook_launcher by variables: no child starts a run. */
const spawn = (port: number, method: string, inChild: string): string => `
import os, torch.distributed, torch.multiprocessing, provloom
def work(rank):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="${port}")
    ${inChild}
    torch.distributed.init_process_group("gloo", rank=rank, world_size=3)
    ${logs('rank')}
    torch.distributed.barrier()
if __name__ == "__main__":
    ${begin}
    torch.multiprocessing.start_processes(work, nprocs=3, start_method="${method}")
    provloom.end_run()
`

describe.each(fronts)('under %s', (_, front) => {
  it.each(['RANK', 'SLURM_PROCID'])(
    'workers that set %s themselves are ranks of one run',
    async (variable) => {
      await expectThreeRanks(site(), front, workers(variable))
    },
  )

  it.each(['before', 'after'] as const)(
    'a script that starts itself again for its other ranks is one run, with start_run %s it does',
    async (when) => {
      await expectThreeRanks(site(), front, ddp(when))
    },
  )

  it.skipIf(!hasTorch).each([
    ['torch.distributed', 'spawn', 'pass'],
    ['variables', 'fork', 'os.environ.update(LOCAL_RANK=str(rank), RANK=str(rank), WORLD_SIZE="3")'],
  ])(
    needsTorch(
      'children that start no run, whose ranks are told by %s, are ranks of the run of their parent',
    ),
    async (_by, method, inChild) => {
      const [port = 0] = await freePorts(1)
      await expectThreeRanks(site(), front, spawn(port, method, inChild))
    },
  )
})
