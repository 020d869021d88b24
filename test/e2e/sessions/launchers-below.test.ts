import { describe, expect, it } from 'vitest'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'

/** Starts two ranks as torchrun does on one node: `python launcher.py SCRIPT ARGUMENT...` */
const launcher = `
import os, subprocess, sys
def variables(rank):
    told = dict(RANK=rank, LOCAL_RANK=rank, WORLD_SIZE=2, LOCAL_WORLD_SIZE=2, GROUP_RANK=0, GROUP_WORLD_SIZE=1,
                TORCHELASTIC_RUN_ID="none", TORCHELASTIC_RESTART_COUNT=0, TORCHELASTIC_MAX_RESTARTS=0,
                MASTER_ADDR="127.0.0.1", MASTER_PORT=29500)
    return dict(os.environ, **{name: str(value) for name, value in told.items()})
ranks = [subprocess.Popen([sys.executable] + sys.argv[1:], env=variables(rank)) for rank in range(2)]
sys.exit(max(abs(rank.wait()) for rank in ranks))
`

/** Its argument names the launcher; `between` comes before the run is begun. */
const script = (between = ''): string => `
import os, sys, time, provloom
rank, which = int(os.environ["RANK"]), sys.argv[1]
def here(*names):
    open("here.%s%d" % (which, rank), "w").close()
    while not all(os.path.exists("here." + name) for name in names): time.sleep(0.02)
${between}
provloom.start_run("www.example.org", "e", collect_all_processes=True)
provloom.log_param("which", which)
here()
for step in range(10 + rank):
    provloom.log_metric("loss", rank, step=step)
if which == "fails":
    raise ValueError("diverged")
provloom.end_run()
`

function prepared(between?: string): Site {
  const here = site()
  here.script('launcher.py', launcher)
  here.script('t.py', script(between))
  return here
}

async function seen(here: Site): Promise<unknown[]> {
  await here.gone()
  const runs = here.runs()
  for (const run of runs) expectWhole(run, 10, 11)
  return runs
    .map((run) => [param(run, 'which'), run.file.status, ranks(run)])
    .toSorted(([a], [b]) => (a! < b! ? -1 : 1))
}

const whole = (which: string, status = 'completed'): unknown[] => [
  which,
  status,
  [`0 0 ${status}`, `1 0 ${status}`],
]

it('ranks of a torchrun in a Slurm step are one run, though the step numbers all of them alike', async () => {
  const here = prepared()
  const env = {
    SLURM_JOB_ID: '911',
    SLURM_NNODES: '1',
    SLURM_PROCID: '0',
    SLURM_LOCALID: '0',
    SLURM_NODEID: '0',
    SLURM_STEP_ID: '0',
    SLURM_STEP_NUM_TASKS: '1',
  }
  const result = await here.start('python3', ['launcher.py', 't.py', 'a'], { env }).ended
  expect(result.code, result.stderr).toBe(0)
  expect(await seen(here), result.stderr).toEqual([whole('a')])
})

describe('launchers below one provloom run', () => {
  it('one after the other, of which one fails, are a run each', async () => {
    const here = prepared()
    const sweep = 'for which in a fails z; do python3 launcher.py t.py $which; done; true'
    const result = await here.start('provloom', ['run', '--', 'bash', '-c', sweep]).ended
    expect(result.code, result.stderr).toBe(0)
    expect(await seen(here), result.stderr).toEqual([whole('a'), whole('fails', 'failed'), whole('z')])
  })

  it('of which the last rank begins when the others have failed, and is over with its launcher, are a run each', async () => {
    const here = prepared()
    const late = `import os, sys, time\nif os.environ["RANK"] == "1" and sys.argv[1] == "fails": time.sleep(0.5)\n`
    here.script('t.py', late + script())
    const sweep = 'for which in a fails z; do python3 launcher.py t.py $which; done; true'
    const result = await here.start('provloom', ['run', '--', 'bash', '-c', sweep]).ended
    expect(result.code, result.stderr).toBe(0)
    expect(await seen(here), result.stderr).toEqual([whole('a'), whole('fails', 'failed'), whole('z')])
  })

  it('at once are a run each, whichever of their ranks come first', async () => {
    // Rank 0 of one and rank 1 of the other have logged before the others begin.
    const here = prepared('if which + str(rank) in ("a1", "b0"): here("a0", "b1")')
    const both = 'python3 launcher.py t.py a & python3 launcher.py t.py b & wait'
    const result = await here.start('provloom', ['run', '--', 'bash', '-c', both]).ended
    expect(result.code, result.stderr).toBe(0)
    expect(await seen(here), result.stderr).toEqual([whole('a'), whole('b')])
  })
})
