import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { start } from '../../support/cli.ts'
import { enduring, effort } from '../../support/effort.ts'
import { hasGit, named, works } from '../../support/needs.ts'
import { expectWhole, param, ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'

const trial = (name: string): string => `
import provloom
provloom.start_run("www.example.org", "e")
provloom.log_param("script", "${name}")
for step in range(100):
    provloom.log_metric("loss", 1 / (step + 1), step=step)
print(provloom.end_run())
`

/** Each run holds what one of the scripts logged, and nothing of another. */
function expectRunsOf(here: Site, ...scripts: readonly string[]): void {
  const runs = here.runs()
  expect(runs.map((run) => param(run, 'script')).sort()).toEqual([...scripts].sort())
  for (const run of runs) {
    expectWhole(run, 100)
    expect(ranks(run)).toEqual(['0 0 completed'])
  }
}

it('of contexts inside each other a plain start tells, and its run’s log', async () => {
  const here = site()
  here.script(
    'c.py',
    'import provloom\nprovloom.start_run("www.example.org", "e")\n' +
      'provloom.create_context("b", "a")\nprovloom.create_context("a", "b")\nprint(provloom.end_run())',
  )
  const { stdout, stderr } = await here.plain('c.py').ended
  const told = 'context a cannot be inside b, which is inside it'
  expect([stdout, stderr.split(told).length]).toEqual(['True\n', 2])
  const [run] = here.runs()
  expect(run?.file.problemKinds).toEqual([expect.objectContaining({ code: 'BAD_CONTEXT', count: 1 })])
  expect(fs.readFileSync(path.join(run!.runDir, 'provloom.log'), 'utf8')).toContain(told)
  await here.gone()
})

describe('scripts of one folder, plainly started,', () => {
  it('at the same time are runs of their own', async () => {
    const here = site()
    for (const name of ['a', 'b']) here.script(`${name}.py`, trial(name))
    const times = enduring ? 20 : 2
    for (let i = 0; i < times; i++) {
      const results = await Promise.all(['a.py', 'b.py'].map((name) => here.plain(name).ended))
      for (const one of results) expect([one.code, one.stdout], one.stderr).toEqual([0, 'True\n'])
    }
    expectRunsOf(here, ...Array.from({ length: times }, () => ['a', 'b']).flat())
    await here.gone()
  })

  it.each(enduring ? [0, 0.5, 1, 1.5, 2, 2.5, 3] : [0, 1])(
    'one after the other with %d s between are runs of their own',
    async (gap) => {
      const here = site()
      for (const name of ['a', 'b', 'c']) here.script(`${name}.py`, trial(name))
      const line = `python3 a.py; sleep ${gap}; python3 b.py; sleep ${gap}; python3 c.py`
      const result = await here.start('sh', ['-c', line]).ended
      expect(result.stdout, result.stderr).toBe('True\nTrue\nTrue\n')
      expectRunsOf(here, 'a', 'b', 'c')
      await here.gone()
    },
  )

  it('below a tree whose founder is dead found their own', async () => {
    const here = site()
    for (const name of ['a', 'b']) here.script(`${name}.py`, trial(name))
    const variable = 'import os, provloom; print(os.environ["PROVLOOM_TREE"])'
    const left = (await here.plain('-c', variable).ended).stdout.trim()
    expect(left).toMatch(/^local-/)
    const both = ['a.py', 'b.py'].map(
      (name) => here.start('python3', [name], { env: { PROVLOOM_TREE: left } }).ended,
    )
    for (const one of await Promise.all(both))
      expect([one.code, one.stdout], one.stderr).toEqual([0, 'True\n'])
    expectRunsOf(here, 'a', 'b')
    expect(new Set(here.runs().map(({ file }) => file.jobKey)).size).toBe(2)
    await here.gone()
  })
})

const unshares = works('unshare', ['-fp', '--kill-child', 'true'])

it.skipIf(!unshares)(
  named(
    'a container that ends with its script leaves a whole run, and says what and where at start and end',
    unshares,
    'needs unshare with a pid namespace',
  ),
  async () => {
    for (let i = 0; i < (enduring ? 20 : 1) * effort; i++) {
      const here = site()
      here.script('t.py', trial('t'))
      const result = await here.start('unshare', ['-fp', '--kill-child', 'python3', 't.py']).ended
      expect([result.code, result.stdout], result.stderr).toEqual([0, 'True\n'])
      expect(result.stderr.split('\n')).toEqual([
        'provloom: recording e, graph in prov       follow: provloom watch',
        'provloom: run prov/e_0 completed, 101 logs       next: provloom show prov/e_0',
        '',
      ])
      expectRunsOf(here, 't')
      expect(here.ours()).toEqual([])
    }
  },
)

it('a pipe ends with the script', async () => {
  const here = site()
  here.script('t.py', trial('t'))
  const begin = performance.now()
  const result = await here.start('sh', ['-c', 'python3 t.py 2>&1 | cat']).ended
  expect(result.stdout).toContain('True\n')
  expect(performance.now() - begin).toBeLessThan(30_000)
  await here.gone()
})

it('a plain start and provloom run tell the same of a script of 0.3 s', async ({ skip }) => {
  skip(!hasGit, 'needs git')
  const here = site()
  here.script('t.py', `${trial('t')}\nimport time; time.sleep(0.3)\n`)
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: here.dir })
  }
  git('init', '-q')
  git('add', 't.py')
  git('commit', '-qm', 'x')
  const plain = await here.plain('t.py').ended
  expect(plain.code, plain.stderr).toBe(0)
  const wrapped = await here.wrapped(['t.py']).ended
  expect(wrapped.code, wrapped.stderr).toBe(0)
  await here.gone()
  const elements = here.runs().map(({ graph }) =>
    ['Plan', 'Environment', 'SoftwareSourceCode', 'Person', 'Host', 'ModelEvaluation'].map((type) =>
      graph
        .ofType(type)
        .flatMap((record) => graph.values(record, 'label'))
        .filter((label) => !/^(?:network|disk|memory|cpu|process|gpu)/.test(label))
        .sort(),
    ),
  )
  // Of the source code the work tree, and the script.
  expect(elements[0]!.map((one) => one.length).slice(0, 5)).toEqual([1, 1, 2, 1, 1])
  expect(elements[0]).toEqual(elements[1])
})

const cannotBeMade =
  /t\.py cannot be written[^]*Could not make a run directory in \S*t\.py \(.*\)\. Name a folder .*\[SAVE_DIR_UNWRITABLE\]/

/** Told as soon as it is known, and by the line that the script ends with. */
const notStarted = ({ source }: RegExp): RegExp =>
  new RegExp(
    `provloom: no aggregator could be started: ${source}\\. .*\nprovloom: not in a graph yet: no aggregator could be started: ${source}; kept`,
  )

describe('what keeps a run from its graph is told by the script itself, which ends as it would,', () => {
  it.each([
    ['an option that is wrong', { PROVLOOM_SAVE_AFTER_N_LOGS: 'abc' }, '', /"abc".*\[BAD_OPTION\]/],
    [
      'one of the aggregator alone',
      { PROVLOOM_CREATE_SVG: 'maybe' },
      '',
      notStarted(/PROVLOOM_CREATE_SVG .*"maybe" \[BAD_OPTION\]/),
    ],
    [
      'an address of another machine',
      { PROVLOOM_HOST: '192.0.2.1' },
      '',
      notStarted(/.*192\.0\.2\.1.*\[BIND_FAILED\]/),
    ],
    ['a save directory that is a file', { PROVLOOM_PROVENANCE_SAVE_DIR: 't.py' }, '', cannotBeMade],
    ['one that start_run names', {}, ', provenance_save_dir="t.py"', cannotBeMade],
    [
      'one that no folder can hold',
      { PROVLOOM_PROVENANCE_SAVE_DIR: '/proc/t' },
      '',
      /\[SAVE_DIR_UNWRITABLE\]/,
    ],
  ])('%s', async (_, env, more, told) => {
    const here = site()
    // Far below the 20 s for which an agent that lives is waited for.
    const end = 'began = time.monotonic()\nprint(provloom.end_run(), time.monotonic() - began < 10)'
    const begin = `"e"${more})`
    const text = trial('t').replace('print(provloom.end_run())', end).replace('"e")', begin)
    here.script('t.py', `import time\n${text}`)
    const result = await here.start('python3', ['t.py'], { env }).ended
    expect([result.code, result.stdout], result.stderr).toEqual([0, 'False True\n'])
    expect(result.stderr).toMatch(told)
    expect(result.stderr).toMatch(/not in a graph yet: .*; kept in/)
    expect(result.stderr).not.toContain('--with-aggregator')
    await here.gone()
    const kept = /provloom import (?:--provenance-save-dir DIR )?(\/[^\s,]+)/.exec(result.stderr)![1]!
    const imported = await here.start('provloom', ['import', '--provenance-save-dir', 'prov', kept]).ended
    expect(imported.code, imported.stderr).toBe(0)
    expectRunsOf(here, 't')
  })

  it('a port that is taken: by whom, below an agent too, and it is free for the next', async () => {
    const here = site()
    here.script('t.py', trial('t'))
    const other = net.createServer().listen(0)
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const address = other.address()
    const env = { PROVLOOM_PORT: String(address !== null && typeof address === 'object' ? address.port : 0) }
    const agent = ['agent', '--with-aggregator', '--', 'python3', 't.py']
    const results = [
      await here.start('python3', ['t.py'], { env }).ended,
      await here.start('provloom', agent, { env }).ended,
    ]
    for (const { code, stdout, stderr } of results) {
      expect([code, stdout], stderr).toEqual([0, 'False\n'])
      const told = stderr.match(
        /could be started: Could not listen on .*, by process (\d+) \(.*\) \[BIND_FAILED\]\. Choose/g,
      )
      expect(told, stderr).toEqual([expect.stringContaining(`process ${process.pid} (`)])
      expect(stderr).not.toContain('--with-aggregator')
    }
    other.close()
    await here.gone()
    const imported = await here.start('provloom', ['import'], { env }).ended
    expect(imported.code, imported.stderr).toBe(0)
    expectRunsOf(here, 't', 't')
  })

  it('no provloom at all', async () => {
    const here = site()
    here.script('t.py', trial('t'))
    const client = path.join(here.dir, 'client')
    fs.cpSync(path.join(here.env['PYTHONPATH']!, 'provloom'), path.join(client, 'provloom'), {
      recursive: true,
    })
    const env = { PATH: '/usr/bin:/bin', PYTHONPATH: client }
    const result = await here.start('python3', ['t.py'], { env }).ended
    expect([result.code, result.stdout], result.stderr).toEqual([0, 'False\n'])
    expect(result.stderr).toMatch(/`provloom` was not found/)
  })

  it('a folder that cannot be written, where the save directory is elsewhere and can be', async ({
    skip,
  }) => {
    skip(!works('unshare', ['-m', 'true']), 'needs a mount namespace')
    const here = site()
    const target = path.join(here.spoolRoot, '..', 'out')
    const script = trial('t').replace('"e")', `"e", provenance_save_dir="${target}")`)
    here.script('t.py', script)
    const inside = `mount -t tmpfs -o size=1m none /mnt && cp t.py /mnt && mount -o remount,ro /mnt && cd /mnt && exec python3 t.py`
    const result = await start('unshare', ['-m', 'sh', '-c', inside], { cwd: here.dir, env: here.env }).ended
    expect([result.code, result.stdout], result.stderr).toEqual([0, 'True\n'])
    await here.gone()
    expect(fs.readdirSync(target).filter((one) => !one.startsWith('.'))).toEqual(['e_0'])
    expect(fs.readdirSync(here.spoolRoot)).toEqual([])
  })
})
