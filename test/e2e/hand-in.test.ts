import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, folder, provloom, start, startProvloom } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'
import { seldom } from '../support/effort.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { hasRun, job, killGroup, until } from '../support/job.ts'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { site } from '../support/site.ts'

const script = `
import provloom
provloom.start_run("www.example.org", "digits", run_name="fold-1")
provloom.log_param("lr", 0.1)
provloom.end_run()
`

/** A plain start where no agent can be started. */
async function keptBy(spoolRoot: string, text = script): Promise<string> {
  const cwd = folder()
  fs.writeFileSync(path.join(cwd, 'train.py'), text)
  const python = path.join(import.meta.dirname, '../../clients/python')
  const result = await start('python3', ['train.py'], {
    cwd,
    env: { PROVLOOM_SPOOL_ROOT: spoolRoot, PROVLOOM_BIN: '/nonexistent/provloom', PYTHONPATH: python },
  }).ended
  expect(result.code, result.stderr).toBe(0)
  return cwd
}

interface Listed {
  readonly sessions: readonly {
    readonly spool: string
    readonly state: string
    readonly experimentName: string
    readonly runName?: string
    readonly rank: number
    readonly records: number
    readonly command: string
  }[]
  readonly unreadable: readonly { readonly spool: string; readonly reason: string }[]
}

async function listed(spoolRoot: string): Promise<Listed> {
  const result = await provloom(['spools', '--json', '--spool-root', spoolRoot])
  return JSON.parse(result.stdout) as Listed
}

describe('provloom spools', () => {
  it('says that nothing is left', async () => {
    const result = await provloom(['spools', '--spool-root', folder()])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(/^no sessions are left to be handed in/)
  })

  it('lists what is in no graph with its name, and what hands it in', async () => {
    const spoolRoot = folder()
    await keptBy(spoolRoot)
    const { sessions } = await listed(spoolRoot)
    expect(sessions).toMatchObject([{ state: 'left', experimentName: 'digits', runName: 'fold-1', rank: 0 }])
    expect(sessions[0]!.records).toBeGreaterThan(1)
    expect(sessions[0]!.command).toBe(`provloom import ${sessions[0]!.spool}`)
    const result = await provloom(['spools'], { env: { PROVLOOM_SPOOL_ROOT: spoolRoot } })
    expect(result.stdout).toMatch(
      /digits, fold-1, rank 0, began [-\d]+ [:\d]+ UTC, \d+ records, 1 file\n {4}provloom import /,
    )
  })

  it('lists what an agent is being started for as in use', async () => {
    const spoolRoot = folder()
    await keptBy(spoolRoot)
    const [tree] = fs.readdirSync(spoolRoot)
    fs.writeFileSync(path.join(spoolRoot, tree!, 'agent.starting.0'), `${process.pid}.1`)
    expect((await listed(spoolRoot)).sessions).toMatchObject([{ state: 'in-use' }])
  })

  it('tells of a spool of another release both versions and what to type', async () => {
    const spoolRoot = folder()
    const old = path.join(spoolRoot, 'digits-r0-a0-1f2e3d4c')
    fs.mkdirSync(old)
    fs.writeFileSync(path.join(old, 'spool.json'), JSON.stringify({ format: 1, version: '0.0.9' }))
    const result = await provloom(['spools', '--spool-root', spoolRoot])
    expect(result.code).toBe(1)
    expect(result.stdout).toMatch(
      /of format 1, of Provloom 0\.0\.9; this is Provloom \d\S+, which reads format 2[^]*npx provloom@0\.0\.9 import \//,
    )
    fs.cpSync(old, `${old}-again`, { recursive: true })
    const two = await provloom(['spools', '--spool-root', spoolRoot])
    expect(two.stdout.match(/npx provloom@0\.0\.9/g)).toHaveLength(1)
    expect(two.stdout).toContain(`, and 1 more such in ${spoolRoot}`)
    const handedIn = await provloom(['import', old])
    expect(handedIn.code).not.toBe(0)
    expect(handedIn.stderr).toContain('npx provloom@0.0.9 import')
  })

  it.each([
    ['spool.json', 'cut', 40],
    ['session.json', 'empty', 0],
    ['session.json', 'gone', undefined],
    ...seldom<[string, string, number | undefined]>(
      ['spool.json', 'empty', 0],
      ['spool.json', 'gone', undefined],
      ['session.json', 'cut', 40],
    ),
  ] as const)(
    'tells a %s that is %s, and import too: nothing is removed, and what is to be done works',
    async (...damage) => {
      const [name, , bytes] = damage
      const spoolRoot = folder()
      const cwd = await keptBy(spoolRoot)
      const { spool } = (await listed(spoolRoot)).sessions[0]!
      const file = name === 'spool.json' ? path.resolve(spool, '../..', name) : path.join(spool, name)
      if (bytes === undefined) fs.rmSync(file)
      else fs.truncateSync(file, bytes)
      const told = new RegExp(
        `${file} cannot be read: .*The records are in ${path.dirname(file)}/.*\\[SPOOL_UNREADABLE\\]`,
      )
      const shown = await provloom(['spools', '--spool-root', spoolRoot])
      expect([shown.code, shown.stdout]).toEqual([1, expect.stringMatching(told)])
      const left = fs.readdirSync(spoolRoot, { recursive: true })
      const found = await provloom(['import', '--spool-root', spoolRoot])
      expect([found.code, found.stderr]).toEqual([3, expect.stringMatching(told)])
      const named = await provloom(['import', path.dirname(file)])
      expect([named.code, named.stderr]).toEqual([2, expect.stringContaining('[SPOOL_UNREADABLE]\nTry: ')])
      expect(fs.readdirSync(spoolRoot, { recursive: true })).toEqual(left)
      // Of which host it is nobody knows then: it is taken for left when nothing in it changes.
      fs.writeFileSync(file, /\{"format": \d\}/.exec(shown.stdout)![0])
      for (const one of left) fs.utimesSync(path.join(spoolRoot, String(one)), 1, 1)
      const mended = await provloom([
        'import',
        '--spool-root',
        spoolRoot,
        '--provenance-save-dir',
        path.join(cwd, 'prov'),
      ])
      expect(mended.code, mended.stderr).toBe(0)
      expect(new Graph(onlyRun(path.join(cwd, 'prov'))).labelled('lr')).toHaveLength(1)
    },
  )

  it('says who serves a session that goes on, and import leaves it alone', async () => {
    const one = await job(1, 10)
    await until(() => hasRun(one.saveDir))
    const { sessions } = await listed(one.spoolRoot)
    expect(sessions.map(({ state }) => state)).toEqual(['served'])
    const result = await provloom(['import', '--spool-root', one.spoolRoot])
    expect(result.code).toBe(0)
    expect(result.stderr).toContain('1 session still in use: left alone')
    expect(result.stderr).toContain('no other sessions are left to be handed in')
    expect((await provloom(['import', sessions[0]!.spool])).code).toBe(3)
    expect((await provloom(['import', '/nowhere'])).code).toBe(2)
    one.ranks[0]!.stdin!.end()
  })
})

describe('a session that named a run', { timeout: 60_000 }, () => {
  it('becomes a run of its own where that has ended and cannot go on', async () => {
    const [spoolRoot, saveDir] = [folder(), folder()]
    const text = (runId: string): string =>
      script.replace(
        'run_name="fold-1"',
        `provenance_save_dir=${JSON.stringify(saveDir)}, run_id=${JSON.stringify(runId)}`,
      )
    const runId = randomUUID()
    const given = ['import', '--spool-root', spoolRoot]
    // The first is begun under the id that was named; the second names it when it is over.
    for (const _ of [0, 1]) {
      await keptBy(spoolRoot, text(runId))
      const result = await provloom(given)
      expect(result.code, result.stderr).toBe(0)
      fs.rmSync(path.join(saveDir, 'digits_0', '.reopening'), { force: true })
    }
    const runIds = fs.readdirSync(saveDir).flatMap((name) => {
      const file = path.join(saveDir, name, 'run.json')
      return fs.existsSync(file) ? [readRun(path.dirname(file))['runId']] : []
    })
    expect(runIds.length).toBe(2)
    expect(runIds.filter((id) => id === runId)).toHaveLength(1)
  })
})

describe('what was printed and is typed when it is handed in already', { timeout: 60_000 }, () => {
  it('is told so, and ends well: of a session, of its tree, in any spelling', async () => {
    const spoolRoot = folder()
    await keptBy(spoolRoot)
    const { sessions } = await listed(spoolRoot)
    const { spool } = sessions[0]!
    const tree = path.resolve(spool, '..', '..')
    expect((await provloom(['import', spool])).code).toBe(0)
    for (const named of [spool, `${spool}/`, tree, path.relative(process.cwd(), spool)]) {
      const again = await provloom(['import', named], { cwd: process.cwd() })
      expect(again, again.stderr).toMatchObject({ code: 0, stdout: '' })
      expect(again.stderr).toBe(
        `provloom: ${named} is not there any more: what it held was handed in, or removed\n`,
      )
    }
  })

  it('is an error where it was never the name of a spool', async () => {
    for (const named of [
      '/nowhere',
      '/nowhere/sessions/0123456789abcdef',
      path.join(folder(), 'local-4f1e'),
    ]) {
      const result = await provloom(['import', named])
      expect(result.code, named).toBe(2)
      expect(result.stderr).toContain('SPOOL_UNREADABLE')
    }
  })
})

describe('what was printed can be typed at once', { timeout: 60_000 }, () => {
  it.each([
    ['PROVLOOM_COLLECT_ALL_PROCESSES', 'maybe', []],
    ['PROVLOOM_PROVENANCE_SAVE_DIR', 'file/p', ['--provenance-save-dir', 'prov']],
  ] as const)('where %s is %s', async (name, value, options) => {
    const here = site()
    here.script('file', '')
    const env = { [name]: value }
    const { stderr } = await here.start('python3', [here.script('t.py', script)], { env }).ended
    const command = /hand in: provloom import (--provenance-save-dir DIR )?(\S+\/[0-9a-f]{16})/.exec(stderr)
    expect(command?.[1] !== undefined, stderr).toBe(options.length > 0)
    const list = await here.start('provloom', ['spools', '--spool-root', here.spoolRoot]).ended
    expect(list.stdout).not.toContain('undefined')
    const result = await here.start('provloom', ['import', ...options, command![2]!]).ended
    expect(result.code, result.stderr).toBe(0)
    expect(here.runs().map((run) => run.name)).toEqual(['digits_0'])
    await here.gone()
  })

  it('of a script that goes on without an agent it is said that nobody hands it in', async () => {
    const here = site()
    const text = script.replace('provloom.end_run()', 'print("on", flush=True); import sys; sys.stdin.read()')
    const options = { env: { PROVLOOM_BIN: '/nonexistent/provloom' }, talk: true }
    const goesOn = here.start('python3', [here.script('t.py', text)], options)
    await goesOn.seen(/on\n/)
    const list = await here.start('provloom', ['spools', '--spool-root', here.spoolRoot]).ended
    expect(list.stdout).toMatch(
      /written by the process \d+; no agent serves it. When that has ended: provloom import/,
    )
    goesOn.child.stdin!.end()
    await goesOn.ended
  })
})

describe('provloom import', () => {
  it('hands in all that is left where nothing is named, by what the scripts said', async () => {
    const spoolRoot = folder()
    const places = [await keptBy(spoolRoot), await keptBy(spoolRoot)]
    const result = await provloom(['import', '--spool-root', spoolRoot])
    expect(result.code, result.stderr).toBe(0)
    for (const place of places) {
      const graph = new Graph(onlyRun(path.join(place, 'prov')))
      expect(graph.violations()).toEqual([])
      expect(graph.value(graph.ofType('Run')[0]!, 'status')).toBe('completed')
    }
    expect(fs.readdirSync(spoolRoot)).toEqual([])
  })

  it('takes what is of this folder alone where nothing is said, and tells what is of others and how to take it', async () => {
    const spoolRoot = folder()
    const env = { PROVLOOM_SPOOL_ROOT: spoolRoot }
    const [mine, theirs] = [await keptBy(spoolRoot), await keptBy(spoolRoot)]
    const nowhere = await provloom(['import'], { env, cwd: folder() })
    expect(nowhere.code, nowhere.stderr).toBe(0)
    expect(nowhere.stderr).toMatch(/\d+ sessions of other folders left alone/)
    expect(fs.readdirSync(spoolRoot)).toHaveLength(2)
    const own = await provloom(['import'], { env, cwd: mine })
    expect(own.code, own.stderr).toBe(0)
    expect(own.stderr).toContain(`in ${theirs}: digits 1; cd ${theirs} && provloom import\n`)
    expect(fs.existsSync(onlyRun(path.join(mine, 'prov')))).toBe(true)
    expect(fs.existsSync(path.join(theirs, 'prov'))).toBe(false)
    const saveDir = path.join(theirs, 'prov')
    const byFolder = await provloom(['import', '--provenance-save-dir', saveDir], { env, cwd: mine })
    expect(byFolder.stderr).toContain('digits_0 completed')
    await keptBy(spoolRoot)
    const all = await provloom(['import', '--all', '--spool-root', spoolRoot], { cwd: mine })
    expect(all.stderr).toContain('digits_0 completed')
    expect(fs.readdirSync(spoolRoot)).toEqual([])
  })

  it('is named by every hint as it can be typed, whatever letters the folder has', async () => {
    const spoolRoot = path.join(folder(), "it's a root")
    fs.mkdirSync(spoolRoot, { mode: 0o700 })
    const cwd = await keptBy(spoolRoot)
    const listed = await provloom(['spools', '--spool-root', spoolRoot])
    const all = /all of them: provloom (import .*)/.exec(listed.stdout)![1]!
    const left = await startProvloom(['agent', '--spool-root', spoolRoot, '--', 'true'], { cwd }).ended
    const list = /not in a graph: provloom (spools .*)/.exec(left.stderr)![1]!
    const typed = async (words: string): Promise<Result> =>
      start('sh', ['-c', `exec "${bin}" ${words}`]).ended
    expect((await typed(list)).stdout).toContain('digits, fold-1, rank 0')
    expect((await typed(all)).stderr).toContain('digits_0 completed')
  })

  it('hands a session in under the rank that its agent was told', async () => {
    const [spoolRoot, cwd] = [folder(), folder()]
    fs.writeFileSync(path.join(cwd, 'train.py'), script)
    const options = ['--spool-root', spoolRoot, '--rank', '3', '--connection', '/nonexistent/connection.json']
    const kept = await startProvloom(['agent', ...options, '--', 'python3', 'train.py'], { cwd }).ended
    expect(kept.stderr).toContain('provloom import')
    const { sessions } = await listed(spoolRoot)
    expect(sessions.map(({ rank }) => rank)).toEqual([3])
    const result = await provloom(['import', '--spool-root', spoolRoot])
    expect(result.code, result.stderr).toBe(0)
    const graph = new Graph(onlyRun(path.join(cwd, 'prov')))
    expect(graph.each(graph.ofType('RankExecution'), 'globalRank')).toEqual(['3'])
  })

  it('completes a recovered run with the rank that comes late, and makes no second one', async () => {
    const one = await job(2)
    await until(() => hasRun(one.saveDir) && one.returned().every((count) => count > 0))
    await until(() => allWelcomed(one.spoolRoot, 2))
    await one.kill()
    const runDir = onlyRun(one.saveDir)
    const { sessions } = await listed(one.spoolRoot)
    const [early, late] = [0, 1].map((rank) => sessions.find((session) => session.rank === rank)!.spool)
    const recovered = await provloom(['recover', runDir, early!])
    expect(recovered.code, recovered.stderr).toBe(0)
    const completed = await provloom(['import', late!])
    expect(completed.code, completed.stderr).toBe(0)
    expect(onlyRun(one.saveDir)).toBe(runDir)
    const graph = new Graph(runDir)
    expect(graph.violations()).toEqual([])
    expect(graph.each(graph.ofType('RankExecution'), 'globalRank')).toEqual(['0', '1'])
    const { total } = (readRun(runDir) as { ledger: { total: { stored: number } } }).ledger
    expect(total.stored).toBeGreaterThanOrEqual(one.returned().reduce((sum, calls) => sum + calls, 0))
    expect(fs.existsSync(path.join(runDir, 'journal'))).toBe(false)
  })

  it('hands a session whose agent was killed in to its run while that goes on', async () => {
    const one = await job(2, 50)
    await until(() => hasRun(one.saveDir) && one.returned().every((count) => count === 50))
    await until(() => allWelcomed(one.spoolRoot, 2))
    const gone = once(one.ranks[1]!, 'exit')
    killGroup(one.ranks[1]!)
    await gone
    const late = (await listed(one.spoolRoot)).sessions.find(({ state }) => state === 'left')!
    const result = await provloom(['import', late.spool])
    expect(result.code, result.stderr).toBe(0)
    expect(one.aggregator.exitCode).toBeNull()
    expect(fs.existsSync(late.spool)).toBe(false)
    const runDir = onlyRun(one.saveDir)
    expect(result.stderr).toContain(`${late.spool} is handed in to ${runDir}, whose aggregator goes on`)
    const graph = new Graph(runDir)
    expect(graph.violations()).toEqual([])
    const [killed, goesOn] = graph.each(graph.ofType('RankExecution'), 'status')
    // Who looks before the killed process is reaped sees how it ended; later nobody does.
    expect(['incomplete', 'killed']).toContain(killed)
    expect(goesOn).toBe('running')
    expect(readRun(runDir)).toMatchObject({ finished: false, status: 'running' })
  })
})

describe('a start', () => {
  it('tells in one line what earlier runs have left', async () => {
    const [spoolRoot, saveDir] = [folder(), folder()]
    await keptBy(spoolRoot)
    await keptBy(spoolRoot)
    const words = ['--provenance-save-dir', saveDir, '--spool-root', spoolRoot, '--', 'true']
    for (const command of ['run', 'agent']) {
      const { stderr } = await startProvloom([command, ...words]).ended
      expect(stderr.match(/2 sessions of earlier runs are not in a graph: provloom spools/g)).toHaveLength(1)
    }
  })
})

function readRun(runDir: string): Record<string, unknown> {
  return JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')) as Record<string, unknown>
}

function allWelcomed(spoolRoot: string, count: number): boolean {
  const controls = fs
    .readdirSync(spoolRoot)
    .flatMap((tree) => {
      const sessions = path.join(spoolRoot, tree, 'sessions')
      return fs.existsSync(sessions) ? fs.readdirSync(sessions).map((one) => path.join(sessions, one)) : []
    })
    .map((session) => path.join(session, 'control.json'))
    .filter((file) => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"runId"'))
  return controls.length === count
}
