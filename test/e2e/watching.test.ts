import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunAnswer } from '@provloom/reader'
import { bin, folder, provloom, repository, start, startProvloom } from '../support/cli.ts'
import type { Result, Started } from '../support/cli.ts'
import { job, until } from '../support/job.ts'

const terminal = path.join(repository, 'test/support/terminal.py')
const enter = '\u001B[?1049h'
const leave = '\u001B[?1049l'

/** Two ranks that log until there is a file of the name that they are given; rank 1 then fails if that says so. */
const script = `
import os, sys, time, provloom
place = sys.argv[1]
provloom.start_run("www.example.org", "digits")
rank = int(os.environ["RANK"])
provloom.log_param("steps", 100000)
step = 0
while not os.path.exists(place):
    with provloom.step(step):
        time.sleep(0.01)
    provloom.log_metric("loss", 1 / (1 + step) + rank, "training", step=step)
    step += 1
if rank == 1 and open(place).read() == "fail":
    raise FloatingPointError("loss is nan")
provloom.end_run()
`

interface Training {
  readonly saveDir: string
  readonly job: Started
  end(how: 'well' | 'fail'): void
}

async function training(): Promise<Training> {
  const [saveDir, place] = [path.join(folder(), 'prov'), path.join(folder(), 'end')]
  const file = path.join(folder(), 'train.py')
  fs.writeFileSync(file, script)
  const args = ['--provenance-save-dir', saveDir, '--spool-root', folder(), '--save-after-n-logs', '10']
  const started = startProvloom([
    'run',
    '-n',
    '2',
    '--collect-all-processes',
    ...args,
    '--',
    'python3',
    file,
    place,
  ])
  await until(() => logsIn(path.join(saveDir, 'digits_0/run.json')) > 50)
  // It is there with what it says.
  const end = (how: string): void => {
    fs.writeFileSync(`${place}.new`, how)
    fs.renameSync(`${place}.new`, place)
  }
  return { saveDir, job: started, end }
}

function logsIn(runJson: string): number {
  try {
    return (JSON.parse(fs.readFileSync(runJson, 'utf8')) as { logs: number }).logs
  } catch {
    return 0
  }
}

/** On a terminal of 100 columns; what that got is the standard output. */
function onTerminal(
  words: readonly string[],
  steps: readonly (readonly [string, string])[],
): Promise<Result> {
  const line = 'stty cols 100 rows 30; "$@"; echo "code $?"; stty -a'
  const variables = {
    TERM: 'xterm-256color',
    PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}`,
  }
  return start('python3', [terminal, JSON.stringify(steps), 'bash', '-c', line, '-', bin, ...words], {
    env: variables,
  }).ended
}

/** The terminal echoes, waits for lines, and has its own screen and a cursor. */
function expectGivenBack(stdout: string): void {
  expect(stdout.split(enter)).toHaveLength(2)
  expect(stdout.split(leave)).toHaveLength(2)
  expect(stdout.indexOf('\u001B[?25h')).toBeGreaterThan(stdout.indexOf('\u001B[?25l'))
  expect(stdout.slice(stdout.indexOf(leave))).toMatch(/ icanon /)
  expect(stdout.slice(stdout.indexOf(leave))).toMatch(/ echo /)
}

describe('provloom watch on a terminal', () => {
  it('shows how it goes, and q gives the terminal back while the run goes on', async () => {
    const { saveDir, job: run, end } = await training()
    const { stdout } = await onTerminal(['watch', saveDir], [['loss .*report.*compute time.*stored', 'q']])
    expectGivenBack(stdout)
    expect(stdout).toContain('code 0')
    expect(stdout).toMatch(
      /digits_0 {2}● running \d+\.\d s, about .* to go +step \d+ of 100,000, [\d.]+ a second/,
    )
    expect(stdout).toMatch(/ranks {6}2 of 2 report/)
    expect(run.child.exitCode).toBeNull()
    end('well')
    expect((await run.ended).code).toBe(0)
  })

  it.each([
    ['Ctrl-C', '\u0003', 'code 130'],
    ['the end of the run', '', 'code 1'],
  ])('%s gives the terminal back too', async (_, keys, code) => {
    const { saveDir, job: run, end } = await training()
    const watching = onTerminal(['watch', 'digits_0', '--dir', saveDir], [['loss .*stored', keys]])
    if (keys === '') end('fail')
    const { stdout } = await watching
    expectGivenBack(stdout)
    expect(stdout).toContain(code)
    if (keys === '')
      expect(stdout.slice(stdout.indexOf(leave))).toMatch(
        /digits_0 {2}✕ failed in [^]*\n +rank 1 failed: FloatingPointError/,
      )
    else end('well')
    await run.ended
  })

  it('Ctrl-Z gives it back for a while, and SIGTERM for good', async () => {
    const { saveDir, job: run, end } = await training()
    const variables = { TERM: 'xterm-256color', HISTFILE: '/dev/null' }
    const steps = [
      ['[#$] ', "PS1='prompt''> '\n"],
      ['prompt> ', `stty cols 100 rows 30; ${bin} watch ${saveDir}\n`],
      ['loss .*stored', '\u001A'],
      ['Stopped.*prompt> ', 'fg\n'],
      ['loss .*stored', '\u001A'],
      ['Stopped.*prompt> ', 'kill -TERM %1; fg; echo code $?; stty -a\n'],
      ['code \\d+.* echo ', 'exit\n'],
    ]
    const words = [terminal, JSON.stringify(steps), 'bash', '--norc', '-i']
    const { stdout } = await start('python3', words, { env: variables }).ended
    expect(stdout.split(enter).length, stdout).toBeGreaterThanOrEqual(3)
    expect(stdout.split(leave)).toHaveLength(stdout.split(enter).length)
    const after = stdout.slice(stdout.lastIndexOf(leave))
    expect(after).toContain('code 143')
    expect(after).toMatch(/ icanon .* echo /s)
    end('well')
    await run.ended
  })
})

describe('provloom watch elsewhere', () => {
  it('prints plain blocks, and at the end what show does', async () => {
    const { saveDir, job: run, end } = await training()
    const watching = startProvloom(['watch', saveDir, '--every', '1'])
    await watching.seen(/stored[^]*\n\ndigits_0[^]*stored/)
    end('well')
    const { stdout, stderr, code } = await watching.ended
    expect([stderr, code]).toEqual(['', 0])
    expect(stdout).not.toContain('\u001B')
    expect(stdout).toMatch(/^digits_0 {2}● running .*step \d+ of 100,000/m)
    const { stdout: shown } = await provloom(['show', 'digits_0', '--dir', saveDir])
    expect(stdout.endsWith(shown)).toBe(true)
    await run.ended
  })

  it('gives a line of JSON for each change, the last when it has ended', async () => {
    const { saveDir, job: run, end } = await training()
    const watching = startProvloom(['watch', saveDir, '--json'])
    await watching.seen(/"running".*\n.*"running".*\n/)
    end('fail')
    const { stdout, code } = await watching.ended
    expect(code).toBe(1)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunAnswer)
    expect(lines.at(-1)).toMatchObject({ run: 'digits_0', status: 'failed', life: { state: 'ended' } })
    expect(lines.at(-1)!.findings[0]).toMatchObject({ code: 'RANK_FAILED', ranks: [1] })
    const steps = lines.map(({ going }) => going?.step ?? 0)
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(new Set(steps).size).toBeGreaterThan(1)
    await run.ended
  })

  it('waits for the first run of a folder', async () => {
    const saveDir = path.join(folder(), 'prov')
    const watching = startProvloom(['watch', '--dir', saveDir, '--every', '1'])
    await watching.seen(/^no run in .*prov yet. Make one: provloom run/)
    const args = ['run', '--provenance-save-dir', saveDir, '--spool-root', folder(), '--', 'true']
    await provloom(args)
    const { stdout, code } = await watching.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/✓ completed in /)
  })

  it('says that a run is left, whose writer is gone', async () => {
    const killed = await job(1)
    await until(() => fs.existsSync(path.join(killed.saveDir, 'killed_0/run.json')))
    await until(() => (killed.returned()[0] ?? 0) > 10)
    await killed.kill()
    const watching = startProvloom(['watch', killed.saveDir])
    await watching.seen(
      /▲ ended unseen: what wrote it is gone(?: since|, and logged last) .* UTC; provloom recover .*killed_0/,
    )
  })

  it('says which run is not there', async () => {
    const { code, stderr } = await provloom(['watch', 'digits_7', '--dir', folder()])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Error: There is no run digits_7 .*\[RUN_UNKNOWN\]/)
  })
})
