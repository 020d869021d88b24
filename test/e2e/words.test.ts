import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { repository } from '../support/cli.ts'
import { seldom } from '../support/effort.ts'
import { until } from '../support/job.ts'
import { site } from '../support/site.ts'
import type { Site } from '../support/site.ts'

const script = `
import os, provloom
provloom.start_run("www.example.org", "e")
provloom.log_source_code(__file__)
provloom.end_run()
`

describe('what is amiss', () => {
  it('with the source is counted once, the same in summary, run.json and graph', async () => {
    const here = site()
    const tools = path.join(here.dir, 'tools')
    fs.mkdirSync(tools)
    fs.writeFileSync(path.join(tools, 'git'), '#!/bin/sh\necho "fatal: no answer" >&2\nexit 128\n', {
      mode: 0o755,
    })
    const env = { PATH: `${tools}:${here.env['PATH']}` }
    const file = here.script('t.py', script)
    const { code, stderr } = await here.start('provloom', ['run', '--', 'python3', file], { env }).ended
    expect(code, stderr).toBe(0)
    const [run] = here.runs()
    const told = run!.graph.value(run!.graph.ofType('Run')[0]!, 'problems')
    expect(
      run!.graph.ofType('SoftwareSourceCode').filter((one) => run!.graph.value(one, 'problem')),
    ).toHaveLength(1)
    expect([run!.file.problems, Number(told)]).toEqual([1, 1])
    expect(run!.file.problemKinds).toMatchObject([{ code: 'SOURCE', count: 1 }])
    expect(stderr).toMatch(/e_0 completed .*, 1 problem\n/)
    expect(stderr).toMatch(/ {2}problem {3}SOURCE 1: .*\n {12}try: run git status/)
  })
})

describe('a variable that means nothing', () => {
  const env = { PROVLOOM_COLLECT_ALL: '1', PROVLOOM_SAVE_DIR: 'x' }
  const words =
    /COLLECT_ALL means nothing to Provloom; did you mean PROVLOOM_COLLECT_ALL_PROCESSES\?|SAVE_DIR means nothing to Provloom; did you mean PROVLOOM_PROVENANCE_SAVE_DIR\?/g
  const child = `
import os, subprocess, sys, provloom
provloom.start_run("www.example.org", "e")
provloom.end_run()
if len(sys.argv) == 1: subprocess.run([sys.executable, __file__, "again"])
`

  it.each([
    ['run', ['provloom', 'run', '-n', '2', '--', 'python3', 't.py']],
    ['a plain start', ['python3', 't.py']],
    ['aggregator', ['provloom', 'aggregator', '--port', '-1']],
    ['import', ['provloom', 'import', '--spool-root', '/nothing']],
    ['spools', ['provloom', 'spools', '--spool-root', '/nothing']],
    ...seldom<[string, string[]]>(
      ['agent', ['provloom', 'agent', '--with-aggregator', '--', 'python3', 't.py']],
      ['a plain start without an agent', ['env', 'PROVLOOM_BIN=/nothing', 'python3', 't.py']],
    ),
  ])('is told once with the one that was meant by %s', async (_way, [command, ...args]) => {
    const here = site()
    here.script('t.py', child)
    const { stderr } = await here.start(command!, args, { env }).ended
    expect(stderr.match(words), stderr).toHaveLength(2)
    await here.gone()
  })

  it('is told by the first rank of a launcher alone', async () => {
    const here = site()
    here.script('t.py', child)
    const more = { ...env, WORLD_SIZE: '2', LOCAL_RANK: '1', MASTER_ADDR: 'localhost', MASTER_PORT: '1' }
    const { stderr } = await here.start('provloom', ['agent', '--', 'true'], { env: { ...more, RANK: '1' } })
      .ended
    expect(stderr).not.toMatch(words)
  })
})

describe('logs', () => {
  it('are what the user logged, in children too, and the same number wherever they are told', async () => {
    const here = site({ PROVLOOM_SAMPLE_INTERVAL_SECONDS: '0.05' })
    const text = `
import os, time, provloom
provloom.start_run("www.example.org", "e")
provloom.log_param("p", 1)
for step in range(10): provloom.log_metric("loss", 1.0, step=step)
if os.fork() == 0:
    provloom.log_metric("child", 1.0)
    os._exit(0)
os.wait()
until = time.time() + 60
import glob, json
samples = lambda: sum(os.path.getsize(one) for one in glob.glob(os.environ["TMPDIR"] + "/*/*/sessions/*/streams/agent-*/*.seg"))
while samples() < 4000 and time.time() < until: time.sleep(0.02)
assert provloom.end_run()
`
    const plain = await here.plain(here.script('t.py', text)).ended
    expect(plain.stderr).toContain('e_0 completed, 12 logs       next: provloom show ')
    const wrapped = await here.wrapped(['t.py']).ended
    expect(wrapped.stderr).toMatch(/ dropped \(12 points, parameters and files\)\n/)
    for (const { file, graph } of here.runs()) {
      expect(file.logs).toBe(12)
      expect(graph.value(graph.ofType('Run')[0]!, 'logs')).toBe('12')
      expect(file.ledger.total.stored).toBeGreaterThan(30)
    }
    await here.gone()
  })
})

describe('ranks without a barrier', () => {
  const session = `
import os, sys, provloom
provloom.start_run("www.example.org", "e", collect_all_processes=True)
provloom.log_param("lr", float(sys.argv[1]))
for step in range(3): provloom.log_metric("loss", 1.0, step=step)
provloom.end_run(wait=True)
`
  /** Rank 1 begins when rank 0 has ended, whatever each of them does. */
  const apart = (first: string, second: string): string =>
    `if [ $RANK = 0 ]; then ${first}; touch over; else until [ -e over ]; do sleep 0.05; done; ${second}; fi`

  it('that each do the same sweep are told nothing, though one is done before the other begins', async () => {
    const here = site()
    here.script('t.py', session)
    const sweep = 'python3 t.py 4; python3 t.py 5; python3 t.py 6'
    const args = ['run', '-n', '2', '--', 'bash', '-c', apart(sweep, sweep)]
    const { stderr, code } = await here.start('provloom', args).ended
    expect(code, stderr).toBe(0)
    expect(here.runs().map(({ file }) => [file.ledger.ranks.length, file.problems])).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
    ])
    expect(stderr).not.toContain('problem')
  })

  it('of which one has a session more are told so once, with the cure', async () => {
    const here = site()
    here.script('t.py', session)
    const args = [
      'run',
      '-n',
      '2',
      '--',
      'bash',
      '-c',
      apart('python3 t.py 4; python3 t.py 5', 'python3 t.py 5'),
    ]
    const { stderr } = await here.start('provloom', args).ended
    expect(stderr.match(/RANKS_APART 1: .*\n {12}try: name runs that belong together/g), stderr).toHaveLength(
      1,
    )
    expect(here.runs().reduce((sum, { file }) => sum + file.problems, 0)).toBe(1)
  })

  it('are told once, as a hint, that nobody said a rank', async () => {
    const here = site()
    here.script(
      't.py',
      session.replace(
        'provloom.end_run',
        'open(sys.argv[1], "w")\nwhile not all(map(os.path.exists, "123")): __import__("time").sleep(0.01)\nprovloom.end_run',
      ),
    )
    const driver = `
import subprocess, sys, provloom
for one in [subprocess.Popen([sys.executable, "t.py", i]) for i in "123"]: one.wait()
`
    const { stderr, code } = await here.plain(here.script('driver.py', driver)).ended
    expect(code, stderr).toBe(0)
    expect(stderr.match(noRank), stderr).toHaveLength(1)
    await here.gone()
    await expectHinted(here)
  })

  it('are told it once by provloom run too, in the summaries', async () => {
    const here = site()
    const meets =
      'open(sys.argv[1], "w")\nwhile not all(map(os.path.exists, "123")): __import__("time").sleep(0.01)\nprovloom.end_run'
    here.script('t.py', session.replace('provloom.end_run', meets))
    const each = 'for i in 1 2 3; do python3 t.py $i & done; wait'
    const { stderr, code } = await here.start('provloom', ['run', '--', 'bash', '-c', each]).ended
    expect(code, stderr).toBe(0)
    expect(stderr.match(noRank), stderr).toHaveLength(1)
    await expectHinted(here)
  })

  it('are told once what only their agent finds, at the latest when the script ends', async () => {
    const here = site()
    const pool = `
import multiprocessing, provloom
provloom.start_run("www.example.org", "pool")
def work(i):
    provloom.log_metric("c", i)
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(work, range(4))
    provloom.end_run()
`
    const pooled = await here.plain(here.script('pool.py', pool)).ended
    expect(pooled.stderr.match(/start_run in a process that multiprocessing started/g)).toHaveLength(1)
    // Of a rank that does not wait for its graph, too.
    const last = 'import provloom\nprovloom.start_run("www.example.org", "last")\nprovloom.end_run()\n'
    const env = { RANK: '5', WORLD_SIZE: '2' }
    const result = await here.start('python3', [here.script('last.py', last)], { env }).ended
    expect(result.stderr.match(/rank 5 is not below the job's size 2/g), result.stderr).toHaveLength(1)
    const typescript = `
import { startRun, endRun } from ${JSON.stringify(path.join(repository, 'packages/agent/dist/client/index.js'))}
startRun({ experimentName: 'last' })
await endRun()
`
    const node = await here.start('node', [here.script('last.mjs', typescript)], { env }).ended
    expect(node.stderr.match(/rank 5 is not below the job's size 2/g), node.stderr).toHaveLength(1)
    const namespace = last.replace('"www.example.org"', '"no iri at all"').replace('last', 'named')
    const named = await here.plain(here.script('named.py', namespace)).ended
    expect(named.stderr.match(/no iri at all/g), named.stderr).toHaveLength(1)
  })
})

const noRank = /no rank was said, and several runs of this name ran at the same time/g

async function expectHinted(here: Site): Promise<void> {
  await until(() => here.runs().every(({ file }) => file.hints.length > 0))
  expect(here.runs().map(({ file }) => [file.problems, file.hints.length])).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ])
}

describe('a command line that is almost right', () => {
  it.each([
    [['run', '--n', '2', '--', 'true'], /Unknown option '--n' \[UNKNOWN_OPTION\]\nTry: {3}Did you mean -n,/],
    [['run', '--nproc-per-node=2', '--', 'true'], /Did you mean -n,/],
    [['run', '--create-graph', 'yes', '--', 'true'], /--create-graph takes no value, and was given "yes"/],
    [['agent', '--disable-codecarbon=1', '--', 'true'], /--disable-codecarbon takes no value/],
  ])('is refused with what was meant: %j', async (args, words) => {
    const { code, stderr } = await site().start('provloom', args).ended
    expect(code).toBe(2)
    expect(stderr).toMatch(words)
  })
})
