import { describe, expect, it } from 'vitest'
import { expectWhole, ranks, site } from '../../support/site.ts'
import type { RunSeen, Site } from '../../support/site.ts'
import { clients, interpreterOf, scriptOf } from './ways.ts'

const three = ['0 0 completed', '1 0 completed', '2 0 completed']

/** Meets the others before it ends, so that which of them is slow to start changes nothing. */
const script = (call: string): string => `
import os, sys, time, provloom
rank = int(sys.argv[1])
provloom.start_run("www.example.org", "e", collect_all_processes=True${call})
for step in range(10 + rank): provloom.log_metric("loss", rank, step=step)
open(sys.argv[2] + "-%d" % rank, "w").close()
until = time.time() + 30
is_there = lambda: all(os.path.exists(sys.argv[2] + "-%d" % one) for one in range(3))
while not is_there() and time.time() < until: time.sleep(0.02)
provloom.end_run(wait=True)
`

/** Lines of one shell, which is the only thing that the ranks have in common. */
async function shell(here: Site, lines: string): Promise<string> {
  const { code, stderr } = await here.start('bash', ['-c', `${lines}\n:`]).ended
  expect(code, stderr).toBe(0)
  return stderr
}

function expectOneRun(runs: readonly RunSeen[], why: string): void {
  expect(
    runs.map((run) => ranks(run)),
    why,
  ).toEqual([three])
  expectWhole(runs[0]!, 10, 11, 12)
}

function expectTwoWhole(here: Site, stderr: string): RunSeen[] {
  const runs = here.runs()
  expect(
    runs.map((run) => ranks(run)),
    stderr,
  ).toEqual([three, three])
  for (const run of runs) expectWhole(run, 10, 11, 12)
  return runs
}

describe('ranks that a user says by hand, from one shell,', () => {
  it.each([
    ['by --rank', (rank: number) => `provloom agent --rank ${rank} --`, ''],
    [
      'by --rank, each with a time limit',
      (rank: number) => `timeout 60 provloom agent --rank ${rank} --`,
      '',
    ],
    ['by PROVLOOM_RANK', (rank: number) => `PROVLOOM_RANK=${rank} provloom agent --`, ''],
    ['by start_run, under an agent each', () => 'provloom agent --', ', rank=rank, world_size=3'],
  ])('are one run, %s, of an aggregator that was started by hand', async (_, agent, call) => {
    const here = site()
    const name = here.script('t.py', script(call))
    const aggregator = here.start('provloom', ['aggregator', '--collect-all-processes'])
    const lines = [0, 1, 2].map((rank) => `${agent(rank)} python3 ${name} ${rank} there &`)
    const stderr = await shell(here, [...lines, 'wait'].join('\n'))
    aggregator.child.kill('SIGTERM')
    await aggregator.ended
    expectOneRun(here.runs(), stderr)
  })

  it('are one run, by --rank, of an aggregator that one of the agents starts', async () => {
    const here = site()
    const name = here.script('t.py', script(''))
    const agent = 'provloom agent --with-aggregator --collect-all-processes'
    const lines = [0, 1, 2].map((rank) => `${agent} --rank ${rank} -- python3 ${name} ${rank} there &`)
    const stderr = await shell(here, [...lines, 'wait'].join('\n'))
    expectOneRun(here.runs(), stderr)
  })

  it.each([
    ['with the size of their world', ', rank=rank, world_size=3'],
    ['without it', ', rank=rank'],
  ])('are one run, plain, %s; what the shell starts next is a run of its own', async (_, call) => {
    const here = site()
    const name = here.script('t.py', script(call))
    const lines = (turn: string): string[] => [
      ...[0, 1, 2].map((rank) => `python3 ${name} ${rank} ${turn} &`),
      'wait',
    ]
    const stderr = await shell(here, [...lines('first'), ...lines('second')].join('\n'))
    const runs = expectTwoWhole(here, stderr)
    expect(new Set(runs.map(({ file }) => file.jobKey)).size).toBe(1)
  })
})

it('ranks that are said by hand, each in a shell of its own, are told what joins them', async () => {
  const here = site()
  const name = here.script('t.py', script(''))
  const aggregator = here.start('provloom', ['aggregator', '--collect-all-processes'])
  const agent = (rank: number): string => `provloom agent --rank ${rank} -- python3 ${name} ${rank} there`
  const ended = [0, 1, 2].map((rank) => here.start('bash', ['-c', `: ${rank}; ${agent(rank)}; :`]).ended)
  await Promise.all(ended)
  aggregator.child.kill('SIGTERM')
  const { stderr } = await aggregator.ended
  const runs = here.runs()
  expect(
    runs.map((run) => ranks(run).length),
    stderr,
  ).toEqual([1, 1, 1])
  const hints = runs.flatMap(({ file }) => file.hints)
  expect(hints.join('\n'), stderr).toMatch(/^NO_JOB: ranks .* if they are ranks of one run, .*--job-key/)
})

it('scripts of one shell that always say rank 0 are runs of their own, at once and one after the other', async () => {
  const here = site()
  const name = here.script('t.py', script(', rank=0').replace('while not is_there()', 'while False'))
  const start = `python3 ${name} 0 there`
  const stderr = await shell(here, `${start} & ${start} & ${start} & wait; ${start}`)
  const runs = here.runs()
  expect(
    runs.map((run) => ranks(run)),
    stderr,
  ).toEqual(Array.from({ length: 4 }, () => ['0 0 completed']))
  for (const run of runs) expectWhole(run, 10)
  expect(stderr).not.toContain('conflict')
})

it('a rank 0 that starts the other ranks itself is of one run with them, and so is each of two such scripts of one shell', async () => {
  const here = site()
  const name = here.script('t.py', script(', rank=rank, world_size=3'))
  const first = here.script(
    'first.py',
    `
import os, subprocess, sys, provloom
there = sys.argv[1]
others = [subprocess.Popen([sys.executable, "${name}", str(rank), there]) for rank in (1, 2)]
sys.argv = ["${name}", "0", there]
exec(open("${name}").read())
for one in others: one.wait()
`,
  )
  const stderr = await shell(here, `python3 ${first} a\npython3 ${first} b`)
  expectTwoWhole(here, stderr)
})

describe('ranks that look for each other in different folders', () => {
  const scripts = {
    Python: `
import os, provloom
os.mkdir(os.environ["RANK"]); os.chdir(os.environ["RANK"])
provloom.start_run("www.example.org", "e", collect_all_processes=True, provenance_save_dir="out")
provloom.end_run()
`,
    TypeScript: `
fs.mkdirSync(process.env.RANK); process.chdir(process.env.RANK)
p.startRun({ experimentName: 'e', collectAllProcesses: true, provenanceSaveDir: 'out' })
await p.endRun()
`,
  }
  it.each(clients)('are told where they are awaited, and what joins them (%s)', async (client) => {
    const here = site()
    const name = scriptOf(here, client, scripts[client])
    const lines = [0, 1].map((rank) => `RANK=${rank} WORLD_SIZE=2 ${interpreterOf(name)} ${name} &`)
    const stderr = await shell(here, [...lines, 'wait'].join('\n'))
    expect(stderr).toContain('run out/e_0: this rank is in, not here yet: rank 1\n')
    expect(stderr).toContain(`ranks of this run are met in ${here.dir}/0/out, as the job local-`)
    expect(stderr).toContain('one absolute provenance_save_dir')
  })
})
