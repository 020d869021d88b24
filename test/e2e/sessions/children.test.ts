import { describe, expect, it } from 'vitest'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import { oneWay, ways } from './ways.ts'

const trial = `
import provloom
provloom.start_run("www.example.org", "e")
provloom.log_param("lr", 0.1)
for step in range(100):
    provloom.log_metric("loss", 1 / (step + 1), step=step)
provloom.end_run()
`

/** Ranks that a script starts itself: `how` names them in the child. */
const spawned = (method: string, turns: number, world: number, call: string): string => `
import multiprocessing, os, sys
def work(turn, rank):
    ${call}
    provloom.log_param("lr", turn)
    for step in range(10 + rank):
        provloom.log_metric("loss", rank, step=step)
    provloom.end_run()
if __name__ == "__main__":
    context = multiprocessing.get_context("${method}")
    for turn in range(${turns}):
        children = [context.Process(target=work, args=(turn, rank)) for rank in range(${world})]
        for child in children: child.start()
        for child in children: child.join()
        if any(child.exitcode for child in children): sys.exit("a child failed")
`

const again = 'provloom.start_run("www.example.org", "e")'
const said =
  'import provloom; provloom.start_run("www.example.org", "e", collect_all_processes=True, rank=rank, world_size=3)'
const variables = `os.environ.update(RANK=str(rank), WORLD_SIZE="3", LOCAL_RANK=str(rank))
    import provloom; provloom.start_run("www.example.org", "e", collect_all_processes=True)`

describe.each(ways)('ranks that a script starts under %s', (_way, startIt) => {
  it.each([
    ['said in start_run, spawned', 'spawn', said],
    ['said in start_run, forked', 'fork', said],
    ['told by RANK, spawned', 'spawn', variables],
  ])('are one run of three, %s', async (_, method, call) => {
    const here = site()
    const result = await startIt(here, here.script('spawn.py', spawned(method, 1, 3, call))).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(
      runs.map(({ name }) => name),
      result.stderr,
    ).toEqual(['e_0'])
    expectWhole(runs[0]!, 10, 11, 12)
    expect(ranks(runs[0]!)).toEqual(['0 0 completed', '1 0 completed', '2 0 completed'])
    expect([runs[0]!.file.status, runs[0]!.file.worldSize]).toEqual(['completed', 3])
  })

  it('turn by turn are a run of each turn, where only they import provloom', async () => {
    const here = site()
    const result = await startIt(here, here.script('sweep.py', spawned('spawn', 3, 3, said))).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(
      runs.map((run) => [run.name, param(run, 'lr'), run.file.status]),
      result.stderr,
    ).toEqual([0, 1, 2].map((turn) => [`e_${turn}`, String(turn), 'completed']))
    for (const run of runs) {
      expectWhole(run, 10, 11, 12)
      expect(ranks(run)).toEqual(['0 0 completed', '1 0 completed', '2 0 completed'])
    }
  })

  it('by the script again, with RANK, are one run', async () => {
    const here = site()
    const name = here.script(
      'again.py',
      `
import os, subprocess, sys, provloom
if "RANK" not in os.environ:
    children = [subprocess.Popen([sys.executable, __file__], env={**os.environ, "RANK": str(rank), "WORLD_SIZE": "3", "LOCAL_RANK": str(rank)}) for rank in range(3)]
    sys.exit(max(child.wait() for child in children))
provloom.start_run("www.example.org", "e", collect_all_processes=True)
rank = int(os.environ["RANK"])
for step in range(10 + rank):
    provloom.log_metric("loss", rank, step=step)
provloom.end_run()
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(
      runs.map((run) => run.name),
      result.stderr,
    ).toEqual(['e_0'])
    expectWhole(runs[0]!, 10, 11, 12)
    expect(ranks(runs[0]!)).toEqual(['0 0 completed', '1 0 completed', '2 0 completed'])
  })
})

/** How processes end is seen from outside them, whatever is in front of their script. */
describe.each(oneWay)('ranks that a script starts under %s', (_way, startIt) => {
  it.each([
    ['leaves by sys.exit(5)', 'sys.exit(5)', 'failed 5 -'],
    ['raises', 'raise ValueError("bad")', 'failed 1 -'],
    ['vanishes, and its parent looks for it later', 'os._exit(5)', 'failed 5 -'],
  ])('of which one %s are a run in which the others completed', async (_, ending, status) => {
    const here = site()
    const failing = `${said}
    if rank == 1: ${ending}
    import time; time.sleep(2)`
    const result = await startIt(here, here.script('fails.py', spawned('spawn', 1, 3, failing))).ended
    expect(result.code, result.stderr).toBe(1)
    await here.gone()
    const [run] = here.runs()
    const [first, failed, last] = ranks(run!, 'exitCode', 'signal')
    expect([first, last].map((one) => one!.slice(0, 13))).toEqual(['0 0 completed', '2 0 completed'])
    expect(failed).toBe(`1 0 ${status}`)
  })

  it.each([
    ['spawn', 'os._exit(5)', 'failed 5 -'],
    ['fork', 'os._exit(5)', 'failed 5 -'],
    ['fork', 'os.kill(os.getpid(), 9)', 'killed - SIGKILL'],
  ])(
    'of which one vanishes, of a parent that knows us (%s, %s), ended as that was told',
    async (method, ending, how) => {
      const here = site()
      const failing = `${said}
    if rank == 1: ${ending}`
      const text = spawned(method, 1, 3, failing).replace(
        'in children: child.join',
        'in children[1:] + children: child.join',
      )
      const result = await startIt(here, here.script('fails.py', `import provloom\n${text}`)).ended
      expect(result.code, result.stderr).toBe(1)
      await here.gone()
      const [run] = here.runs()
      expect(ranks(run!, 'exitCode', 'signal')[1]).toBe(`1 0 ${how}`)
    },
  )

  it.each([
    ['end_run', 'provloom.end_run()', 'completed'],
    ['its exit', 'sys.exit(4)', 'failed'],
  ])(
    'none: a program that it becomes by exec goes on in its run, which ends with %s',
    async (_, ending, status) => {
      const here = site()
      const name = here.script(
        'exec.py',
        `
import os, sys, provloom
if "AGAIN" not in os.environ:
    ${again}
    provloom.log_metric("loss", 1.0)
    os.environ["AGAIN"] = "1"
    os.execv(sys.executable, [sys.executable, __file__])
provloom.log_metric("later", 2.0)
${ending}
`,
      )
      const result = await startIt(here, name).ended
      expect(result.code, result.stderr).toBe(status === 'failed' ? 4 : 0)
      expect(result.stderr).not.toContain('another thread')
      await here.gone()
      const [run, ...others] = here.runs()
      expect(others).toEqual([])
      expectWhole(run!, 1)
      expect(run!.graph.each(run!.graph.labelled('later'), 'rows')).toEqual(['1'])
      expect(ranks(run!)).toEqual([`0 0 ${status}`])
    },
  )

  it('none: a script that it becomes once more by exec, start_run and all, goes on in its run', async () => {
    const here = site()
    const name = here.script(
      'exec.py',
      `
import os, sys, provloom
${again}
provloom.log_metric("first" if "AGAIN" not in os.environ else "later", 1.0)
if "AGAIN" not in os.environ:
    os.environ["AGAIN"] = "1"
    os.execv(sys.executable, [sys.executable, __file__])
provloom.end_run()
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const [run, ...others] = here.runs()
    expect(others).toEqual([])
    expect(['first', 'later'].map((key) => run!.graph.each(run!.graph.labelled(key), 'rows'))).toEqual([
      ['1'],
      ['1'],
    ])
    expect(ranks(run!)).toEqual(['0 0 completed'])
  })

  it('none: a program that it becomes by exec and that begins a run has one of its own', async () => {
    const here = site()
    const later = here.script(
      'later.py',
      `
import provloom
${again}
provloom.log_metric("later", 1.0)
provloom.end_run()
`,
    )
    const name = here.script(
      'exec.py',
      `
import os, sys, provloom
${again}
provloom.log_metric("first", 1.0)
os.execv(sys.executable, [sys.executable, "${later}"])
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    expect(result.stderr).toContain(
      'start_run was called by another program than the one that this process was',
    )
    await here.gone()
    const found = here
      .runs()
      .map((run) => [
        ranks(run),
        run.graph.labelled('first').length > 0,
        run.graph.labelled('later').length > 0,
      ])
    expect(found).toHaveLength(2)
    expect(found).toContainEqual([['0 0 incomplete'], true, false])
    expect(found).toContainEqual([['0 0 completed'], false, true])
  })
})

describe.each(oneWay)('trials at once under %s', (_way, startIt) => {
  it('which name no rank are runs of their own', async () => {
    const here = site()
    here.script('t.py', trial)
    const name = here.script(
      'driver.py',
      `
import subprocess, sys
trials = [subprocess.Popen([sys.executable, "t.py"]) for _ in range(4)]
sys.exit(max(trial.wait() for trial in trials))
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs().filter((run) => run.name.startsWith('e_'))
    expect(
      runs.map((run) => run.name),
      result.stderr,
    ).toEqual(['e_0', 'e_1', 'e_2', 'e_3'])
    for (const run of runs) {
      expectWhole(run, 100)
      expect(ranks(run)).toEqual(['0 0 completed'])
    }
    expect(here.runs()).toHaveLength(4)
  })

  it('in threads are one session, in which every call is counted', async () => {
    const here = site()
    const name = here.script(
      'threads.py',
      `
import threading, provloom
ready = threading.Barrier(4)
def trial(which):
    provloom.start_run("www.example.org", "e")
    ready.wait()
    for step in range(100):
        provloom.log_metric("loss", which, step=which * 100 + step)
    ready.wait()
    provloom.end_run()
threads = [threading.Thread(target=trial, args=(which,)) for which in range(4)]
for one in threads: one.start()
for one in threads: one.join()
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(runs.map((run) => [run.name, run.file.status])).toEqual([['e_0', 'completed']])
    expectWhole(runs[0]!, 400)
  })
})

describe.each(oneWay)('helpers under %s', (_way, startIt) => {
  it.each(['fork', 'spawn'])('that are %sed log into the run of their parent', async (method) => {
    const here = site()
    const name = here.script(
      'loader.py',
      `
import datetime, multiprocessing, provloom
provloom.start_run("www.example.org", "e", run_name="at %s" % datetime.datetime.now())
def item(index):
    provloom.log_metric("loss", index, step=index)
    return index
if __name__ == "__main__":
    with multiprocessing.get_context("${method}").Pool(2) as pool:
        pool.map(item, range(100), chunksize=5)
        pool.close()
        pool.join()
    provloom.log_metric("loss", 100, step=100)
    provloom.end_run()
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(
      runs.map((run) => run.name),
      result.stderr,
    ).toHaveLength(1)
    expectWhole(runs[0]!, 101)
    expect(ranks(runs[0]!)).toEqual(['0 0 completed'])
  })

  it('that outlive a session log into the next one', async () => {
    const here = site()
    const name = here.script(
      'persistent.py',
      `
import multiprocessing, provloom
def item(index):
    provloom.log_metric("loss", index, step=index)
if __name__ == "__main__":
    provloom.start_run("www.example.org", "e")
    pool = multiprocessing.get_context("fork").Pool(2)
    pool.map(item, range(50), chunksize=5)
    provloom.end_run()
    provloom.start_run("www.example.org", "e")
    pool.map(item, range(100), chunksize=5)
    pool.close()
    pool.join()
    provloom.end_run()
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(
      runs.map((run) => run.name),
      result.stderr,
    ).toEqual(['e_0', 'e_1'])
    expectWhole(runs[0]!, 50)
    expectWhole(runs[1]!, 100)
  })
})
