import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { Changes, DiffAnswer, LineageAnswer, RunAnswer, RunsAnswer } from '@provloom/reader'
import { limits, removeFolder } from '@provloom/shared'
import { binFolder, folder, provloom, repository } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'
import { digitsRuns } from '../support/digits.ts'
import { job, until } from '../support/job.ts'
import { makeRun } from '../../packages/reader/test/support/runs.ts'

let saveDir: string

beforeAll(async () => {
  saveDir = await digitsRuns()
  return () => removeFolder(saveDir)
})

const look = (...words: readonly string[]): Promise<Result> => provloom([...words, '--dir', saveDir])

async function json<T>(...words: readonly string[]): Promise<T> {
  const { stdout, stderr } = await look(...words, '--json')
  expect(stderr).toBe('')
  return JSON.parse(stdout) as T
}

describe('provloom ls', () => {
  it('shows runs with the parameters that differ, and what is equal once', async () => {
    const { stdout, code } = await look('ls', '--sort=-accuracy')
    expect(code).toBe(0)
    const [head, ...lines] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^run +status +started +took +ranks +lr +accuracy↓ +loss +model +code$/)
    expect(lines[0]).toMatch(
      /^digits_0 +✓ completed +\d+ \w+ [\d:]+ +\d+\.\d s +2 +0\.5 +0\.975 +0\.025 +digits\.pkl [0-9a-f]{6} +–$/,
    )
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['digits_0', 'digits_1', 'digits_2', '3'])
    expect(lines.at(-1)).toBe('3 of 3 runs; equal in all: epochs 8')
    expect(lines[2]).toMatch(/^digits_2 +✕ failed, rank 1 /)
  })

  it('takes a query and a folder, and says what it does not understand', async () => {
    const { stdout } = await provloom(['ls', saveDir, 'status:failed'])
    expect(stdout).toMatch(/^digits_2 /m)
    expect(stdout).toMatch(/^1 of 3 runs$/m)
    const { code, stderr } = await look('ls', 'lr>much')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Error: .*\[BAD_QUERY\]\nTry: {3}As in: /)
    expect((await look('ls', 'staus:failed')).stdout).toBe(
      '0 of 3 runs\nno run has a parameter or metric staus\n',
    )
  })

  it('takes a condition that begins with a minus for what it is, and one word of the shell for one condition', async () => {
    const names = async (...words: string[]): Promise<string[]> =>
      (await json<RunsAnswer>('ls', ...words)).runs.map(({ run }) => run)
    expect(await names('-status:completed')).toEqual(['digits_2'])
    expect(await names('-lr>=2', '--sort', 'lr')).toEqual(['digits_0'])
    expect(await names('status:completed lr>1')).toEqual(['digits_1'])
    expect(await names('experiment:digits of somebody')).toEqual([])
    expect((await look('ls', '--sorted=lr')).stderr).toMatch(
      /^Error: Unknown option --sorted=lr .*\[UNKNOWN_OPTION\]/,
    )
  })

  it('says of a status or a folder that is none that it is none', async () => {
    const { code, stderr } = await look('ls', 'status:faild')
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'Error: The query cannot be understood: status faild is none of running, completed, failed, killed, lost, incomplete, unseen [BAD_QUERY]',
    ])
    const refused = await provloom(['ls', '--dir', '/nowhere'])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(/^Error: There are no runs in \/nowhere: .*\[FILE_UNREADABLE\]/)
  })

  it('gives the answer as it is', async () => {
    const { runs, total } = await json<RunsAnswer>('ls', '--size', 'lr<1')
    expect(total).toBe(3)
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ run: 'digits_0', params: { lr: 0.5 }, ranks: { completed: 2 } })
    expect(runs[0]!.size!.total).toBeGreaterThan(1000)
  })
})

describe('a run by its name', () => {
  it('is what commands for documents take too, and the folder of runs itself is looked into', async () => {
    const env = { PROVLOOM_PROVENANCE_SAVE_DIR: saveDir }
    const crate = path.join(folder(), 'crate.zip')
    for (const words of [
      ['validate', 'digits_0'],
      ['draw', 'digits_0'],
      ['convert', 'digits_0', '-', '--to', 'provn'],
      ['export', 'digits_0', '--ro-crate', crate],
    ])
      expect((await provloom(words, { env })).code).toBe(0)
    expect((await provloom(['export', 'digits_7', '--ro-crate', crate], { env })).stderr).toContain(
      '[RUN_UNKNOWN]',
    )
    expect((await provloom(['validate', 'digits.json'], { env })).stderr).toContain('[FILE_UNREADABLE]')
    expect((await provloom(['ls'], { cwd: saveDir })).stdout).toMatch(/^3 of 3 runs/m)
  })
})

describe('provloom show', () => {
  it('tells what a run is, what went in and came out', async () => {
    const { stdout, code } = await look('show', 'digits_0')
    expect(code).toBe(0)
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(
      /^digits_0 {2}✓ completed in \d+\.\d s {4}\d+ \w+ [\d:]+ UTC {4}\S+, \S*python3\S* /,
    )
    expect(stdout).toMatch(/^ {2}ranks {6}2 of 2 completed, 1 host \(/m)
    expect(stdout).toMatch(
      /^ {2}loss {7}0\.500 → 0\.025 {3}lowest 0\.025 at step 19 {4}training, steps 0 to 19, lower median of 2$/m,
    )
    expect(stdout).toMatch(/^ {2}accuracy {3}0\.500 → 0\.975 {3}best 0\.975 at step 19 /m)
    expect(stdout).toMatch(/^ {2}params {5}lr 0\.5, epochs 8$/m)
    expect(stdout).toMatch(/^ {2}model {6}digits\.pkl {2}11 B {2}[0-9a-f]{8}/m)
    expect(stdout).toMatch(/^ {2}energy {5}not measured/m)
    expect(stdout).toMatch(/^ {2}events {5}(\d+) sent = \1 stored \+ 0 dropped$/m)
  })

  it('shows the newest run unless told, and who ended how', async () => {
    const { stdout } = await look('show')
    expect(stdout).toMatch(/^digits_2 {2}✕ failed in /)
    expect(stdout).toMatch(/^ {2} {10} rank 1 failed: FloatingPointError: loss is nan$/m)
    expect(stdout).toMatch(/^ {2}▲ rank 1 raised FloatingPointError: loss is nan$/m)
  })

  it('gives the answer as it is', async () => {
    const answer = await json<RunAnswer>('show', 'digits_0')
    expect(answer.params.map(({ name, value, ranks }) => [name, value, ranks])).toEqual([
      ['lr', 0.5, 2],
      ['epochs', 8, 2],
    ])
    expect(answer.metrics[0]).toMatchObject({ id: 'training/loss', points: 40, last: 0.025 })
    expect(answer.environment[0]).toMatchObject({ version: expect.stringContaining('CPython'), ranks: 2 })
    expect(answer.outputs.map(({ name }) => name)).toEqual(['digits.pkl'])
  })

  it('is as told where no run is meant', async () => {
    const { code, stderr } = await look('show', 'digits_7')
    expect(code).toBe(2)
    expect(stderr).toContain('[RUN_UNKNOWN]')
    expect(stderr).toContain('digits_2, digits_1, digits_0')
  })
})

describe('provloom diff', () => {
  it('shows what differs, and in a line what is equal', async () => {
    const { stdout, code } = await look('diff', 'digits_0', 'digits_1')
    expect(code).toBe(0)
    const rows = new Map(
      stdout.split('\n').map((line) => [line.split(/ {2,}/)[0], line.split(/ {2,}/).slice(1)]),
    )
    expect(rows.get('lr')).toEqual(['0.5', '2', '+300 %'])
    expect(rows.get('training.loss, last')).toEqual(['0.025', '0.1', '+300 %'])
    expect(rows.get('digits.pkl')).toEqual([
      expect.stringMatching(/^[0-9a-f]{8}$/),
      expect.anything(),
      'different bytes',
    ])
    expect(stdout).toMatch(/^equal: 1 parameter \(epochs 8\); .*CPython 3\.\d+\.\d+; .*input_0/m)
  })

  it('shows how code that was kept differs, each other run against the first', async () => {
    const { stdout } = await look('diff', 'digits_0', 'digits_1', 'digits_2', '--patch')
    expect(stdout).toMatch(
      /\n\n--- digits_0\/train\.py\n\+\+\+ digits_2\/train\.py\n@@ -\d+,3 \+\d+,4 @@\n( .*\n){3}\+# the largest\n$/,
    )
    expect((await look('diff', 'digits_0', 'digits_1', '--patch')).stdout).toMatch(
      /\n\nno code that was kept differs\n$/,
    )
  })

  it('gives the answer as it is, of up to eight runs, and refuses one', async () => {
    const { params, runs, environment } = await json<DiffAnswer>('diff', 'digits_0', 'digits_1', 'digits_2')
    expect(runs.map(({ run, status }) => `${run} ${status}`)).toEqual([
      'digits_0 completed',
      'digits_1 completed',
      'digits_2 failed',
    ])
    expect(params).toEqual([
      { name: 'lr', values: [0.5, 2, 5], equal: false },
      { name: 'epochs', values: [8, 8, 8], equal: true },
    ])
    expect(environment).toMatchObject({ added: [], removed: [], changed: [], equal: true })
    for (const few of [['digits_0'], Array.from({ length: limits.runsComparedMax + 1 }, () => 'digits_0')]) {
      const { code, stderr } = await look('diff', ...few)
      expect(code).toBe(2)
      expect(stderr).toContain('[BAD_QUERY]')
    }
  })
})

describe('provloom lineage', () => {
  it('says of a file which run, data, code and parameters made it', async () => {
    const work = folder()
    const model = path.join(work, 'found.pkl')
    fs.writeFileSync(model, 'weights 2')
    const { stdout, code } = await look('lineage', model)
    expect(code).toBe(0)
    expect(stdout).toMatch(
      / {2}is digits\.pkl, model digits, made by digits_1 \(\d+ \w+ [\d:]+, rank 0, step 0\)$/m,
    )
    expect(stdout).toMatch(/^ {2}data {7}input_0 {2}.*data\.csv/m)
    expect(stdout).toMatch(/^ {2}code {7}train\.py /m)
    expect(stdout).toMatch(/^ {2}with {7}epochs 8, lr 2$/m)
    expect(stdout).toMatch(/^ {2}used by {4}nothing in these 3 runs$/m)
  })

  it('says of data who used it and what came of it, by the digits of its checksum too', async () => {
    const data = await json<LineageAnswer>('lineage', path.join(saveDir, '.work/data.csv'))
    expect(data.found.map(({ run, role }) => `${run} ${role}`)).toEqual(
      ['digits_2', 'digits_1', 'digits_0'].map((run) => `${run} used`),
    )
    expect(data.down.filter(({ label }) => label === 'digits.pkl').map(({ run }) => run)).toContain(
      'digits_0',
    )
    const again = await json<LineageAnswer>('lineage', data.sha256.slice(0, 10))
    expect(again.found).toEqual(data.found)
  })

  it('ends with 1 where no run knows the file, and with 2 where there is none', async () => {
    const stranger = path.join(folder(), 'stranger')
    fs.writeFileSync(stranger, 'other bytes')
    const { code, stdout } = await look('lineage', stranger)
    expect([code, stdout]).toEqual([1, expect.stringContaining('is in none of the 3 runs here')])
    expect((await look('lineage', '/no/such/file')).code).toBe(2)
  })
})

describe('provloom rm', () => {
  it('removes runs, and says what', async () => {
    const elsewhere = folder()
    for (const run of ['digits_0', 'digits_1'])
      fs.cpSync(path.join(saveDir, run), path.join(elsewhere, run), { recursive: true })
    const { stdout, code } = await provloom(['rm', '--dir', elsewhere, 'digits_0'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^removed \S*digits_0, \d+\.\d kB\n$/)
    expect(fs.readdirSync(elsewhere)).toEqual(['digits_1'])
  })

  it('removes no run that has ended and waits to be written, unless that is meant', async () => {
    const dir = folder()
    await makeRun(dir, { name: 'kept_0', status: 'incomplete', finished: false })
    const kept = await provloom(['rm', '--dir', dir, 'kept_0'])
    expect([kept.code, kept.stderr]).toEqual([3, expect.stringContaining('[RUN_UNFINISHED]')])
    expect((await provloom(['rm', '--dir', dir, 'kept_0', '--force'])).code).toBe(0)
  })

  it('removes nothing where a name fits no run', async () => {
    const { code } = await look('rm', 'digits_0', 'digits_7')
    expect(code).toBe(2)
    expect(fs.existsSync(path.join(saveDir, 'digits_0'))).toBe(true)
  })
})

describe('a run that goes on', () => {
  it('tells what is new, each change once, and is not removed', async () => {
    const running = await job(1)
    const reader = openReader(running.saveDir)
    await until(() => fs.existsSync(path.join(running.saveDir, 'killed_0', 'run.json')))
    const ask = { head: true, ranks: true, events: true, curves: { loss: { metric: 'loss', buckets: 64 } } }
    let known: Changes = await reader.changes(undefined, ask)
    const columns = new Map<number, number>()
    let width = 0
    const take = ({ curves }: Changes): void => {
      const change = curves?.['loss']
      if (change?.columns === undefined) return
      if (change.width !== width) columns.clear()
      width = change.width
      for (const x of columns.keys()) if (x >= change.fromX) columns.delete(x)
      for (const [i, x] of change.columns.x.entries()) columns.set(x, change.columns.count[i]!)
    }
    take(known)
    const total = (): number => [...columns.values()].reduce((sum, count) => sum + count, 0)
    const follow = async (): Promise<void> => {
      known = await reader.changes(undefined, { ...ask, since: known.cursor })
      take(known)
    }
    const look = async (until: number): Promise<void> => {
      for (let asked = 0; total() < until && asked < 2_000; asked++) {
        await follow()
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      expect(total()).toBeGreaterThanOrEqual(until)
    }
    await look(500)
    const refused = await provloom(['rm', '--dir', running.saveDir, 'killed_0', '--force'])
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('[RUN_HELD]')])
    await running.kill()
    await follow()
    await follow()
    const whole = await reader.curve(undefined, { metric: 'loss', buckets: 64 })
    if (whole.kind !== 'ribbon') throw new Error('a ribbon is what is asked for unless told')
    expect([...columns].sort(([a], [b]) => a - b)).toEqual(
      whole.columns.x.map((x, i) => [x, whole.columns.count[i]]),
    )
    expect(whole.width).toBe(width)
    const nothing = await reader.changes(undefined, { ...ask, since: known.cursor })
    expect({ ...nothing, cursor: '' }).toEqual({ cursor: '', changed: false })
    const { runs } = await reader.runs()
    expect(runs[0]).toMatchObject({ status: 'unseen', life: { state: 'gone' } })
    const left = await provloom(['rm', '--dir', running.saveDir, 'killed_0'])
    expect([left.code, left.stderr]).toEqual([3, expect.stringContaining('[RUN_UNFINISHED]')])
    expect((await provloom(['rm', '--dir', running.saveDir, 'killed_0', '--force'])).code).toBe(0)
    expect(fs.existsSync(path.join(running.saveDir, 'killed_0'))).toBe(false)
  })
})

describe('docs/look.md', () => {
  it('has commands that do what they say', async () => {
    const page = fs.readFileSync(path.join(repository, 'docs/look.md'), 'utf8')
    const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap((match) =>
      match[1]!.trim().split('\n'),
    )
    expect(commands.length).toBeGreaterThan(8)
    const work = folder()
    fs.mkdirSync(path.join(work, 'prov'))
    for (const run of ['digits_0', 'digits_1', 'digits_2'])
      fs.cpSync(path.join(saveDir, run), path.join(work, 'prov', run), { recursive: true })
    const env = { PATH: `${binFolder()}:/usr/bin:/bin` }
    // A page is served until it is told to end: ui.test.ts has it.
    for (const command of commands.filter((one) => !/ ui\b|--ui\b/.test(one))) {
      // Where there are findings `why` and `watch` say so by their exit codes too.
      const shown = /^provloom (?:why|watch)/.test(command) ? `${command} || [ $? = 1 ]` : command
      const said = execFileSync('bash', ['--norc', '-c', shown], { encoding: 'utf8', cwd: work, env })
      if (command.includes('--sort=-accuracy')) expect(said).toMatch(/^digits_0 .*\ndigits_1 .*\ndigits_2 /m)
    }
    expect(fs.readdirSync(path.join(work, 'prov'))).toEqual(['digits_0', 'digits_1'])
    const [example] = [...page.matchAll(/^```ts\n(.*?)^```$/gms)]
    const modules = path.join(repository, 'node_modules/.cache/provloom-docs')
    fs.mkdirSync(modules, { recursive: true })
    const file = path.join(modules, 'look.mjs')
    fs.writeFileSync(file, example![1]!)
    const said = execFileSync(process.execPath, [file], { encoding: 'utf8', cwd: work })
    expect(said).toBe(
      'digits_0 { lr: 0.5, epochs: 8 }\ndigits_1 { lr: 2, epochs: 8 }\n20 buckets of 1 steps\n',
    )
  })
})
