import { describe, expect, it } from 'vitest'
import { enduring } from '../../support/effort.ts'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import type { RunSeen, Site } from '../../support/site.ts'
import type { Started } from '../../support/cli.ts'

/** Ranks of one job, as a launcher starts them, each under its own agent or plain. */
function launch(
  here: Site,
  world: number,
  script: string,
  options: {
    readonly plain?: boolean
    readonly only?: readonly number[]
    readonly env?: (rank: number) => object
  } = {},
): Started[] {
  const port = 20_000 + Math.floor(Math.random() * 10_000)
  return (options.only ?? Array.from({ length: world }, (_, rank) => rank)).map((rank) => {
    const env = {
      RANK: `${rank}`,
      LOCAL_RANK: `${rank}`,
      WORLD_SIZE: `${world}`,
      LOCAL_WORLD_SIZE: `${world}`,
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: `${port}`,
      PROVLOOM_JOB_KEY: `job-${port}`,
      ...options.env?.(rank),
    }
    return options.plain === true
      ? here.start('python3', [script], { env })
      : here.start('provloom', ['agent', '--with-aggregator', '--', 'python3', script], { env })
  })
}

async function allEnded(started: readonly Started[]): Promise<string> {
  const results = await Promise.all(started.map(({ ended }) => ended))
  const said = results.map(({ stderr }) => stderr).join('')
  for (const { code } of results) expect(code, said).toBe(0)
  return said
}

const session = (name: string, more = ''): string => `
provloom.start_run("www.example.org", "e", collect_all_processes=True${more})
provloom.log_param("which", "${name}")
for step in range(10 + rank):
    provloom.log_metric("loss", rank, step=step)
provloom.end_run()
`
const head = 'import os, sys, time, provloom\nrank = int(os.environ["RANK"])\n'

const said = (run: RunSeen): string =>
  [...run.graph.ofType('Run'), ...run.graph.ofType('RankExecution')]
    .flatMap((one) => run.graph.values(one, 'problem'))
    .join('\n')

it('ranks of a launcher that names no job are one run, though each is over before it was seen', async () => {
  const here = site()
  const text = `${head}${session('a').replace('provloom.end_run()', 'os.kill(os.getpid(), 9)')}`
  const script = here.script('t.py', text.replace('"RANK"', '"PMI_RANK"'))
  const launcher = here.script(
    'mpiexec.py',
    `
import os, subprocess
variables = lambda rank: dict(os.environ, PMI_RANK=str(rank), PMI_SIZE="3", MPI_LOCALRANKID=str(rank), MPI_LOCALNRANKS="3")
agent = ["provloom", "agent", "--with-aggregator", "--", "python3", "${script}"]
ranks = [subprocess.Popen(agent, env=variables(rank)) for rank in range(3)]
print([rank.wait() for rank in ranks])
`,
  )
  const result = await here.start('python3', [launcher]).ended
  expect(result.stdout, result.stderr).toBe('[-9, -9, -9]\n')
  await here.gone()
  const runs = here.runs()
  expect(
    runs.map((run) => ranks(run)),
    result.stderr,
  ).toEqual([['0 0 killed', '1 0 killed', '2 0 killed']])
  expectWhole(runs[0]!, 10, 11, 12)
})

it('ranks of a launcher that names no job are one run though all was killed before an agent saw them', async () => {
  const here = site()
  // What the agent says of the tree is there; of the session it says nothing any more.
  const text = `
import json, os, time, provloom
agent = os.environ["PROVLOOM_TREE"].split()[2] + "/agent.json"
def told(): return os.path.exists(agent) and "jobKey" in open(agent).read()
while not told(): time.sleep(0.02)
os.kill(json.load(open(agent))["pid"], 9)
rank = int(os.environ["PMI_RANK"])
provloom.start_run("www.example.org", "e", collect_all_processes=True)
for step in range(10 + rank): provloom.log_metric("loss", rank, step=step)
os.kill(os.getpid(), 9)
`
  const launcher = here.script(
    'mpiexec.py',
    `
import os, subprocess
variables = lambda rank: dict(os.environ, PMI_RANK=str(rank), PMI_SIZE="2", MPI_LOCALRANKID=str(rank), MPI_LOCALNRANKS="2")
agent = ["provloom", "agent", "--", "python3", "${here.script('t.py', text)}"]
ranks = [subprocess.Popen(agent, env=variables(rank)) for rank in range(2)]
for rank in ranks: rank.wait()
`,
  )
  const env = { PROVLOOM_BIN: '/nonexistent/provloom' }
  await here.start('python3', [launcher], { env }).ended
  const imported = () => here.start('provloom', ['import', '--spool-root', here.spoolRoot]).ended
  // What died last may still be counted among the living for a moment; while nobody has reaped it, how it ended is seen.
  let result = await imported()
  while (result.stderr.includes('still in use')) result = await imported()
  expect(result.code, result.stderr).toBe(0)
  const runs = here.runs()
  expect(
    runs.map((run) => ranks(run).map((one) => one.replace(/ (?:incomplete|killed)$/, ''))),
    result.stderr,
  ).toEqual([['0 0', '1 0']])
  expectWhole(runs[0]!, 10, 11)
})

describe.each([
  ['under an agent each', false],
  ['plain', true],
])('ranks of a launcher, %s,', (_, plain) => {
  it('with three sessions are three runs of all of them, whatever pauses they make', async () => {
    const here = site()
    const pauses = 'time.sleep(rank)\n'
    const away = `time.sleep(${enduring ? 75 : 1} if rank == 1 else 0)\n`
    const text = `${head}${session('a')}${pauses}${session('b')}${away}${session('c')}`
    await allEnded(launch(here, 3, here.script('t.py', text), { plain }))
    await here.gone()
    const runs = here.runs()
    expect(runs.map((run) => param(run, 'which'))).toEqual(['a', 'b', 'c'])
    for (const run of runs) {
      expectWhole(run, 10, 11, 12)
      expect(ranks(run)).toEqual(['0 0 completed', '1 0 completed', '2 0 completed'])
    }
  })

  it('which do not collect all are runs of rank 0, and the others wait for nothing', async () => {
    const here = site()
    const one = (name: string): string => session(name).replace('collect_all_processes=True', '')
    const text = `${head}${one('a')}${one('b')}${one('c')}`
    await allEnded(launch(here, 4, here.script('t.py', text), { plain }))
    await here.gone()
    const runs = here.runs()
    expect(runs.map((run) => [param(run, 'which'), run.file.status])).toEqual([
      ['a', 'completed'],
      ['b', 'completed'],
      ['c', 'completed'],
    ])
    for (const run of runs) expectWhole(run, 10)
  })
})

it('ranks of which each is a shell with one script after the other are a run of each script, whose agent comes first', async () => {
  const here = site()
  const name = here.script('t.py', `${head}${session('a').replace('"a"', 'sys.argv[1]')}`)
  const line = `python3 ${name} a; python3 ${name} b; python3 ${name} c`
  const started = [0, 1].map((rank) =>
    here.start('bash', ['-c', line], {
      env: {
        SLURM_JOB_ID: '4711',
        SLURM_STEP_ID: '0',
        SLURM_STEP_NUM_TASKS: '2',
        SLURM_NNODES: '1',
        SLURM_PROCID: `${rank}`,
        RANK: `${rank}`,
      },
    }),
  )
  const stderr = await allEnded(started)
  await here.gone()
  const runs = here.runs().toSorted((a, b) => a.file.ordinal - b.file.ordinal)
  expect(
    runs.map((run) => [param(run, 'which'), ranks(run)]),
    stderr,
  ).toEqual(['a', 'b', 'c'].map((which) => [which, ['0 0 completed', '1 0 completed']]))
  for (const run of runs) expectWhole(run, 10, 11)
})

describe('a run of several ranks', () => {
  it('whose rank 1 goes on is whole for rank 0, which is told so, and ends with rank 1', async () => {
    const here = site()
    const text = `${head}
provloom.start_run("www.example.org", "e", collect_all_processes=True, save_after_n_logs=1)
provloom.log_metric("loss", rank, step=0)
while not os.path.exists(["met", "over"][rank]): time.sleep(0.1)
if rank == 1: time.sleep(${enduring ? 30 : 0})
print(rank, provloom.end_run(wait=True))
`
    const [zero, one] = launch(here, 2, here.script('t.py', text), { plain: true })
    await here.until(([run]) => run !== undefined && ranks(run).length === 2)
    here.script('met', '')
    const first = await zero!.ended
    here.script('over', '')
    expect(first.stdout, first.stderr).toContain('0 True')
    expect(first.stderr).toMatch(/goes on: rank 1/)
    expect(first.stderr).not.toMatch(/import/)
    expect((await one!.ended).stdout).toContain('1 True')
    await here.gone()
    const [run] = here.runs()
    expectWhole(run!, 1, 1)
    expect(run!.file.status).toBe('completed')
  })

  it('of which one imports for long is waited for', async () => {
    const here = site()
    const text = `import os, time\nif os.environ["RANK"] == "1": time.sleep(${enduring ? 90 : 5})\n${head}${session('a')}`
    await allEnded(launch(here, 2, here.script('t.py', text)))
    await here.gone()
    const runs = here.runs()
    expect(runs).toHaveLength(1)
    expectWhole(runs[0]!, 10, 11)
    expect(runs[0]!.file.status).toBe('completed')
  })

  it('of which one dies at its import has it as failed', async () => {
    const here = site()
    const text = `import os, sys, time\nif os.environ["RANK"] == "1": sys.exit(1)\ntime.sleep(2)\n${head}${session('a')}`
    const started = launch(here, 2, here.script('t.py', text))
    const codes = await Promise.all(started.map(async ({ ended }) => (await ended).code))
    expect(codes).toEqual([0, 1])
    await here.gone()
    const runs = here.runs()
    expect(runs.map((run) => ranks(run, 'exitCode'))).toEqual([['0 0 completed 0', '1 0 failed 1']])
    expect(runs[0]!.file.status).toBe('failed')
  })

  it.each([
    ['is of rank 0 alone, of which the others say nothing', false],
    ['where all are collected has the others too, with how they ended', true],
  ])('of which only rank 0 calls us %s', async (_, all) => {
    const here = site()
    const text = `import os, sys\nif os.environ["RANK"] != "0": sys.exit(0)\n${head}${session('a').replace('collect_all_processes=True', '')}`
    const result = await here.wrapped(
      [here.script('t.py', text)],
      '-n',
      '3',
      ...(all ? ['--collect-all-processes'] : []),
    ).ended
    expect(result.code, result.stderr).toBe(0)
    expect(result.stderr).not.toMatch(/import|kept|not recorded/)
    await here.gone()
    const [run, ...more] = here.runs()
    expect(more).toEqual([])
    expect(run!.name).toBe('e_0')
    expect(ranks(run!, 'exitCode')).toEqual(
      all ? ['0 0 completed 0', '1 0 completed 0', '2 0 completed 0'] : ['0 0 completed 0'],
    )
    expect(run!.file).toMatchObject({ status: 'completed', problems: 0 })
  })

  it('of which one never comes ends a minute after the others, and names it', async ({ skip }) => {
    skip(!enduring, 'npm run endure -- sessions')
    const here = site()
    await allEnded(launch(here, 4, here.script('t.py', `${head}${session('a')}`), { only: [0, 1, 2] }))
    const begin = performance.now()
    const limit = begin + 120_000
    while (here.ours().length > 0 && performance.now() < limit) await new Promise((r) => setTimeout(r, 200))
    const [run] = here.runs()
    expect([run!.file.status, run!.file.ledger.absent]).toEqual(['incomplete', [3]])
    expect(run!.file.problemKinds.map(({ code }) => code)).toEqual(['RANKS_ABSENT'])
    expect(performance.now() - begin).toBeGreaterThan(55_000)
    await here.gone()
  })
})

/** Runs that wait for a rank which has no session in them do so for a minute. */
const isOver = (run: RunSeen): boolean => run.file.status !== 'running'

it('ranks that call nothing are of the first run of those that rank 0 has alone, and are not said to be apart', async () => {
  const here = site()
  const text = `${head}
if rank == 0:
${(session('fit') + session('test')).trim().replaceAll(/^/gm, '    ')}
else:
    time.sleep(1)
`
  const { stderr } = await here.wrapped([here.script('t.py', text)], '-n', '3').ended
  const runs = here.runs()
  expect(
    runs.map((run) => ranks(run)),
    stderr,
  ).toEqual([['0 0 completed', '1 0 completed', '2 0 completed'], ['0 0 completed']])
  for (const run of runs) expect(run.file.problemKinds).toEqual([])
})

describe('ranks that disagree', () => {
  const extra = (named: boolean): string => {
    const name = (which: string): string => (named ? `, run_name="${which}"` : '')
    return `${head}
if rank == 0:
${session('extra', name('extra')).trim().replaceAll(/^/gm, '    ')}
time.sleep(3)
${session('fold', name('fold')).replace('provloom.end_run()', 'time.sleep(8); provloom.end_run()')}`
  }

  it('meet one turn off, which is told once and in the graph', async ({ skip }) => {
    skip(!enduring, 'npm run endure -- sessions')
    const here = site()
    const text = extra(false).replace('time.sleep(3)', 'time.sleep(5)')
    const stderr = await allEnded(launch(here, 2, here.script('t.py', text)))
    const runs = await here.until((all) => all.length === 2 && all.every(isOver))
    expect(runs.map((run) => param(run, 'which'))).toEqual(['extra fold', 'fold'])
    expect(
      runs
        .map(said)
        .join('')
        .match(/RANKS_APART/g),
      stderr,
    ).toHaveLength(1)
  })

  it('meet by name', async () => {
    const here = site()
    const stderr = await allEnded(launch(here, 2, here.script('t.py', extra(true))))
    const fold = (runs: readonly RunSeen[]): RunSeen | undefined =>
      runs.find((run) => param(run, 'which') === 'fold')
    const both = fold(await here.until((runs) => fold(runs)?.file.status === 'completed'))!
    expect(ranks(both), stderr).toEqual(['0 0 completed', '1 0 completed'])
    expectWhole(both, 10, 11)
    expect(said(both)).not.toContain('RANKS_APART')
  })

  it('by names made at run time are runs of one rank, which is told in both', async ({ skip }) => {
    skip(!enduring, 'npm run endure -- sessions')
    const here = site()
    const name = ', run_name="at %s" % os.urandom(4).hex()'
    const text = `${head}${session('a', name).replace('provloom.end_run()', 'time.sleep(2); provloom.end_run()')}`
    const stderr = await allEnded(launch(here, 2, here.script('t.py', text)))
    const runs = await here.until((all) => all.length === 2 && all.every(isOver))
    expect(runs.map((run) => ranks(run).length)).toEqual([1, 1])
    for (const run of runs) expect(said(run), stderr).toContain('NAMES_DIFFER')
  })

  it.each([false, true])(
    'of whom two have one place are told of it, and what the refused one logs to its end is kept and makes a run (plain: %s)',
    async (plain) => {
      const here = site()
      const later = `
import glob
until = time.time() + 60
is_refused = lambda: any('"refused"' in open(one).read() for one in glob.glob("${here.spoolRoot}/*/sessions/*/control.json"))
while not is_refused() and time.time() < until: time.sleep(0.05)
for step in range(7): provloom.log_metric("after", 1, step=step)
`
      const text = `${head}${session('a').replace('provloom.end_run()', `${later}print(provloom.end_run(wait=True))`)}`
      const same = launch(here, 2, here.script('t.py', text), { only: [0, 1, 1], plain })
      const all = await Promise.all(same.map(({ ended }) => ended))
      const refused = all.filter(({ stderr }) => /provloom import/.test(stderr))
      expect(
        refused.map(({ stdout }) => stdout),
        all.map(({ stderr }) => stderr).join('----\n'),
      ).toEqual(['False\n'])
      expect(refused[0]!.stderr).toMatch(/rank 1.*is held by a session on/)
      expect(refused[0]!.stderr).not.toContain('not recorded')
      await here.gone()
      const runs = here.runs()
      expect(runs.map((run) => [ranks(run), run.file.ledger.conflicts])).toEqual([
        [['0 0 completed', '1 0 completed'], 1],
      ])
      const kept = /provloom import (\S+)/.exec(refused[0]!.stderr)![1]!
      const listed = await here.start('provloom', ['spools', '--spool-root', here.spoolRoot]).ended
      expect(listed.stdout).toContain(`provloom import ${kept}`)
      const imported = await here.start('provloom', ['import', kept]).ended
      expect(imported.code, imported.stderr).toBe(0)
      const own = here.runs()[1]!
      expect(ranks(own)).toEqual(['1 0 completed'])
      expectWhole(own, 11)
      expect(own.graph.each(own.graph.labelled('after'), 'rows')).toEqual(['7'])
      // Also what its agent saw of it.
      expect(own.graph.ofType('Host')).toHaveLength(1)
    },
  )
})
