import { describe, expect, it } from 'vitest'
import { enduring } from '../../support/effort.ts'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import { ways } from './ways.ts'

describe.each(ways)('a script that reads its graph right after end_run under %s', (_way, startIt) => {
  it('finds it whole, each time, with the end that it had', async () => {
    const here = site()
    const turns = enduring ? 20 : 4
    const name = here.script(
      'reads.py',
      `
import datetime, json, os, time, provloom
waited = []
for turn in range(${turns}):
    run = provloom.start_run("www.example.org", "e")
    for step in range(100 + turn):
        provloom.log_metric("loss", step, step=step)
    begin, now = time.monotonic(), time.time()
    assert provloom.end_run() is True
    waited.append(time.monotonic() - begin)
    with open(os.path.join(run.directory, "prov.json")) as opened:
        document = json.load(opened)
    entities, activities = document["entity"], document["activity"]
    rank, whole = activities["run:rank-0"], activities["run:run"]
    assert rank["provloom:status"] == whole["provloom:status"] == "completed", (rank, whole)
    assert entities["run:rank-0.series.loss"]["provloom:rows"] == 100 + turn
    assert entities["run:rank-0.series.loss"]["mls:hasValue"] == 99 + turn
    def seconds(text): return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    for one in (rank, whole): assert abs(seconds(one["prov:endTime"]) - now) < 0.05, one
    assert seconds(whole["prov:startTime"]) <= seconds(rank["prov:startTime"])
print("median %d ms" % (sorted(waited[1:])[len(waited) // 2 - 1] * 1000))
`,
    )
    const result = await startIt(here, name).ended
    expect(result.code, result.stderr).toBe(0)
    expect(result.stdout).toMatch(/median \d+ ms/)
    expect(here.runs()).toHaveLength(turns)
    await here.gone()
  })
})

describe('how a process ended beside its session', () => {
  const logging = `
import os, provloom
provloom.start_run("www.example.org", "e")
provloom.log_metric("loss", 1.0, step=0)
`
  it('is told under provloom run after end_run', async () => {
    const here = site()
    const ending = 'provloom.end_run(); os._exit(3)'
    const result = await here.wrapped([here.script('t.py', `${logging}${ending}\n`)]).ended
    expect(result.code, result.stderr).toBe(3)
    const [run] = here.runs()
    expectWhole(run!, 1)
    expect(ranks(run!, 'exitCode', 'signal')).toEqual(['0 0 completed 3 -'])
    await here.gone()
  })

  it('is told under a plain start by what raised', async () => {
    const here = site()
    const ending = 'raise ValueError("diverged")'
    const result = await here.plain(here.script('t.py', `${logging}${ending}\n`)).ended
    await here.gone()
    const [run] = here.runs()
    expectWhole(run!, 1)
    expect(ranks(run!, 'exitCode', 'signal'), result.stderr).toEqual(['0 0 failed 1 -'])
    const [rank] = run!.graph.ofType('RankExecution')
    expect(run!.graph.value(rank!, 'error')).toMatch(/ValueError: diverged$/)
  })
})

describe('a process that lives on after end_run', () => {
  it('has a finished run after 11 s, and its next one follows', async () => {
    const here = site()
    const name = here.script(
      'lives.py',
      `
import sys, provloom
for turn in range(2):
    provloom.start_run("www.example.org", "e")
    provloom.log_param("turn", turn)
    provloom.log_metric("loss", 1.0, step=0)
    print(provloom.end_run(), flush=True)
    sys.stdin.readline()
`,
    )
    const script = here.start('python3', [name], { talk: true })
    await script.seen(/True/)
    const begin = performance.now()
    while (!here.runs()[0]!.file.finished) {
      expect(performance.now() - begin).toBeLessThan(20_000)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    script.child.stdin!.write('\n')
    await script.seen(/True\nTrue/)
    script.child.stdin!.end('\n')
    expect((await script.ended).code).toBe(0)
    await here.gone()
    expect(here.runs().map((run) => [run.name, param(run, 'turn')])).toEqual([
      ['e_0', '0'],
      ['e_1', '1'],
    ])
    for (const run of here.runs()) expectWhole(run, 1)
  })

  it('and logs nothing for 70 s has nothing of ours beside it, and gets it again', async ({ skip }) => {
    skip(!enduring, 'npm run endure -- sessions')
    const here = site()
    const turn = (n: number): string =>
      `provloom.start_run("www.example.org", "e"); provloom.log_param("turn", ${n}); print(provloom.end_run(), flush=True); sys.stdin.readline()\n`
    const name = here.script('idle.py', `import sys, provloom\n${turn(0)}${turn(1)}`)
    const script = here.start('python3', [name], { talk: true })
    await script.seen(/True/)
    await new Promise((resolve) => setTimeout(resolve, 75_000))
    expect(here.ours()).toEqual([])
    script.child.stdin!.write('\n')
    await script.seen(/True\nTrue/)
    script.child.stdin!.end('\n')
    await script.ended
    await here.gone()
    expect(here.runs().map((run) => [run.name, param(run, 'turn')])).toEqual([
      ['e_0', '0'],
      ['e_1', '1'],
    ])
  })
})

describe('start_run again without end_run', () => {
  const body = (call: string): string => `
import provloom
def first(): provloom.start_run("www.example.org", "e"); provloom.log_param("which", "first")
${call}
provloom.log_metric("loss", 1.0, step=0)
provloom.end_run()
provloom.end_run()
`
  it('in another line goes on with the first, and says so', async () => {
    const here = site()
    const again = 'first()\nprovloom.start_run("www.example.org", "other"); provloom.log_param("again", 1)'
    const result = await here.plain(here.script('twice.py', body(again))).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(runs.map((run) => [run.name, param(run, 'which'), param(run, 'again'), run.file.status])).toEqual([
      ['e_0', 'first', '1', 'completed'],
    ])
    expect(result.stderr).toMatch(/start_run/)
  })

  it('in a notebook begins the next run, and the first is incomplete', async () => {
    const here = site()
    const again = `import sys; sys.ps1 = "> "\nfirst()\nprovloom.start_run("www.example.org", "e"); provloom.log_param("which", "second")`
    const result = await here.plain(here.script('cells.py', body(again))).ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(runs.map((run) => [run.name, param(run, 'which'), run.file.status])).toEqual([
      ['e_0', 'first', 'incomplete'],
      ['e_1', 'second', 'completed'],
    ])
    expect(runs[0]!.graph.each(runs[0]!.graph.ofType('RankExecution'), 'problem').join('\n')).toContain(
      'NOT_ENDED',
    )
  })
})

it.each([
  ['run', 'the agent hears its aggregator', 'heard() < 2'],
  ['agent', 'an agent without one hears nobody, as long as it beats', 'beats() < 3'],
])('under provloom %s %s', async (command, _, goesOn) => {
  const here = site()
  here.script(
    'h.py',
    `
import json, os, time, provloom
provloom.start_run("www.example.org", "e")
seen = {}
agent = os.path.join(os.environ["PROVLOOM_TREE"].split()[2], "agent.json")
while not os.path.exists(agent): time.sleep(0.02)
def look():
    with open(agent) as file: found = json.load(file)
    seen[found["beatUs"]] = found["heard"]
def heard(): look(); return max(seen.values())
def beats(): look(); return len(seen)
while ${goesOn}: time.sleep(0.02)
print(max(seen.values()) > 0)
provloom.end_run(wait=False)
`,
  )
  const { stdout, stderr } = await here.start('provloom', [command, '--', 'python3', 'h.py']).ended
  expect(stdout, stderr).toBe(command === 'run' ? 'True\n' : 'False\n')
})
