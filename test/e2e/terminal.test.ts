import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bin, cleanEnvironment, folder, provloom, repository, start } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'

const terminal = path.join(repository, 'test/support/terminal.py')

/** A program on a terminal; what that got is the standard output. */
function onTerminal(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  steps: readonly (readonly [string, string])[] = [],
): Promise<Result> {
  const variables = { TERM: 'xterm-256color', ...env }
  return start('python3', [terminal, JSON.stringify(steps), ...words], { env: variables }).ended
}

/** Leaves its line unfinished most of the time, as progress bars do, until its first log has been saved. */
const chatty = `
import glob, json, os, provloom, sys, time
provloom.start_run("www.example.org", "x")
provloom.log_metric("loss", 1.0, step=0)
def logs():
    files = glob.glob(os.environ["SAVED"] + "/*/run.json")
    return json.load(open(files[0]))["logs"] if files else 0
for step in range(1, 500):
    provloom.log_metric("loss", 1 / step, step=step)
    sys.stdout.write("epoch %d" % step); sys.stdout.flush()
    time.sleep(0.05)
    sys.stdout.write(" done\\n")
    if step > 60 and logs() > 0: break
provloom.end_run()
`

function place(): { readonly saveDir: string; readonly args: readonly string[] } {
  const saveDir = path.join(folder(), 'prov')
  return { saveDir, args: ['--provenance-save-dir', saveDir, '--spool-root', folder()] }
}

function runChatty(env: Readonly<Record<string, string>> = {}): Promise<Result> {
  const { saveDir, args } = place()
  const logs = ['--save-after-n-logs', '1']
  const words = [bin, 'run', ...args, ...logs, '--', 'python3', '-u', '-c', chatty]
  return onTerminal(words, { SAVED: saveDir, ...env })
}

describe('on a terminal', () => {
  it('what we say are whole lines, whatever the command has left in the line', async () => {
    const { stdout, code } = await runChatty()
    expect(code, stdout).toBe(0)
    const said = [...stdout.matchAll(/(.{0,4})provloom: [^\n]*/gs)]
    expect(said.length).toBeGreaterThanOrEqual(3)
    for (const [, before] of said)
      expect(before!.endsWith('\r\u001B[K') || before!.endsWith('\u001B[1m')).toBe(true)
    for (const [line] of said) expect(line).not.toMatch(/provloom: .*epoch/)
    expect(stdout).toMatch(/\r\u001B\[Kprovloom: x_0, 1 rank, into \S+ {7}follow: provloom watch \S+x_0/)
    expect(stdout).toMatch(/\r\u001B\[Kprovloom: step \d+, loss [\d.]+( \(1\.000 at first\))?, 1 of 1 rank/)
    // Each of the command's lines is whole but for what stands behind a line of ours.
    expect(stdout).toMatch(/epoch 1/)
  })

  it('the state stands in the title, which is given back at the end', async () => {
    const { stdout } = await runChatty()
    const titles = [...stdout.matchAll(/\u001B\]2;([^\u0007]*)\u0007/g)].map(([, title]) => title)
    expect(titles.length).toBeGreaterThanOrEqual(2)
    expect(titles[0]).toMatch(/^x_0: .*1 of 1 rank/)
    expect(titles.at(-1)).toBe('')
    expect(stdout.split('\u001B[22;2t')).toHaveLength(2)
    expect(stdout.split('\u001B[23;2t')).toHaveLength(2)
    expect(stdout).toMatch(/provloom: x_0.{0,8} .{0,8}completed/)
    expect(stdout.indexOf('\u001B[23;2t')).toBeLessThan(stdout.search(/provloom: x_0.{0,8} .{0,8}completed/))
  })

  it.each(['dumb', 'linux'])('without a title (TERM=%s) none is set', async (TERM) => {
    const { stdout, code } = await runChatty({ TERM })
    expect(code).toBe(0)
    expect(stdout).not.toContain('\u001B]')
    expect(stdout).toContain('provloom: x_0, 1 rank, into')
  })

  it('Ctrl-Z stops the command, fg lets it go on, and Ctrl-C reaches it once', async () => {
    const worker = `
import os, signal, sys, time
heard = []
def on(number, frame):
    heard.append(signal.Signals(number).name); os.write(1, ("<%s>" % heard[-1]).encode())
signal.signal(signal.SIGINT, on); signal.signal(signal.SIGCONT, on); signal.signal(signal.SIGUSR1, on)
os.write(1, b"<ready>")
while "SIGUSR1" not in heard: time.sleep(0.02)
os.write(1, ("<heard %s>" % " ".join(heard)).encode()); sys.exit(5)
`
    const file = path.join(folder(), 'worker.py')
    fs.writeFileSync(file, worker)
    const { args } = place()
    const line = [bin, 'run', ...args, '--', 'python3', file].join(' ')
    const { stdout } = await onTerminal(['bash', '--norc', '-i'], { HISTFILE: '/dev/null' }, [
      ['[#$] ', "PS1='prompt''> '\n"],
      ['prompt> ', `${line}\n`],
      ['<ready>', '\u001A'],
      ['Stopped.*prompt> ', 'fg\n'],
      ['<SIGCONT>', '\u0003'],
      // For `run` alone: it takes as long as a second SIGINT would.
      ['<SIGINT>', '\u001A'],
      ['Stopped.*prompt> ', 'bg\n'],
      ['<SIGCONT>', 'kill -USR1 %1; wait %1; echo code $?\n'],
      ['code \\d+', 'exit\n'],
    ])
    expect(stdout).toContain('<heard SIGCONT SIGINT SIGCONT SIGUSR1>')
    expect(stdout).toContain('code 5')
  })
})

describe('a signal that stops', () => {
  it("is the whole group's also where what listens beside us was stopped before it could listen", async () => {
    const agent = path.join(repository, 'packages/agent/dist/internal.js')
    const file = path.join(folder(), 'early.mjs')
    fs.writeFileSync(
      file,
      `import fs from 'node:fs'
import { forwardSignals } from ${JSON.stringify(agent)}
const send = (signal) => {
  process.stdout.write('<sent ' + signal + '>')
  if (signal === 'SIGUSR1') process.exit()
}
forwardSignals({ there: () => true, send, stopped: () => false })
const beside = fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim()
process.kill(Number(beside), 'SIGSTOP')
process.kill(0, 'SIGTSTP')
process.kill(process.pid, 'SIGUSR1')
setInterval(() => {}, 1000)
`,
    )
    const { stdout } = await onTerminal(['bash', '--norc', '-i'], { HISTFILE: '/dev/null' }, [
      ['[#$] ', `${process.execPath} ${file}; echo ov''er\n`],
      ['over', 'exit\n'],
    ])
    expect(stdout).toContain('<sent SIGUSR1>')
    expect(stdout).not.toContain('<sent SIGTSTP>')
  })
})

describe('the streams of the command', () => {
  it('stay as they are: no pipe of it becomes non-blocking', async () => {
    const look = `
import fcntl, os, sys, time
bad = set()
for _ in range(60):
    bad.update(fd for fd in (0, 1, 2) if fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK)
    time.sleep(0.02)
sys.stdout.write("non-blocking: %s\\n" % sorted(bad))
`
    const args = ['-n', '2', ...place().args]
    const { stdout } = await provloom(['run', ...args, '--', 'python3', '-c', look], { talk: true })
    expect(stdout).toBe('non-blocking: []\nnon-blocking: []\n')
  })

  it('and descriptors that were handed down reach it', async () => {
    const line = `"$@" <(echo from a pipe)`
    const words = [bin, 'run', ...place().args, '--', 'cat']
    const { stdout } = await start('bash', ['-c', line, '-', ...words]).ended
    expect(stdout).toBe('from a pipe\n')
  })

  it.each([5, 63])('and one that it has closed, %i, is held open by nobody else', async (number) => {
    const close = `exec ${number}>&-; while :; do sleep 0.05; done`
    const stdio = Array.from({ length: number + 1 }, (_, i) => (i === number ? 'pipe' : 'ignore'))
    const child = spawn(bin, ['run', ...place().args, '--', 'bash', '-c', close], {
      detached: true,
      env: cleanEnvironment(),
      stdio: stdio as 'pipe'[],
    })
    onTestFinished(() => {
      process.kill(-child.pid!, 'SIGKILL')
    })
    const other = [...child.stdio][number]
    if (!(other instanceof Readable)) throw new Error('no pipe')
    other.resume()
    await once(other, 'end')
    expect(child.exitCode).toBeNull()
  })

  it('have nothing of ours between: it has no descriptor that it would not have alone', async () => {
    const words = ['python3', '-c', 'import os; print(sorted(os.listdir("/proc/self/fd"), key=int))']
    const alone = execFileSync(words[0]!, words.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] }).toString()
    const { stdout } = await provloom(['run', ...place().args, '--', ...words])
    expect(stdout).toBe(alone)
  })

  it('have no summary in them: --json writes a file of its own', async () => {
    const { args } = place()
    const file = path.join(folder(), 'summary.json')
    const { stdout, code } = await provloom(['run', '--json', file, ...args, '--', 'echo', 'hello'])
    expect([stdout, code]).toEqual(['hello\n', 0])
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toMatchObject({ kind: 'run-finished', exitCodes: [0] })
  })

  it.each([
    ['no file', ['--json', '--']],
    ['standard output', ['--json', '-', '--']],
    ['standard output by its name', ['--json', '/dev/stdout', '--']],
    ['standard error by its name', ['--json=/dev/stderr', '--']],
  ])('are not for --json: %s is refused', async (_, options) => {
    const { stdout, stderr, code } = await provloom(['run', ...options, 'echo', 'ran'])
    expect(stdout).toBe('')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^Error: .*\nTry: .*--json/)
  })

  it('have what the summary says where --json names what cannot be written', async () => {
    const { args } = place()
    const { stdout, stderr, code } = await provloom(['run', '--json', '/', ...args, '--', 'echo', 'ran'])
    expect([stdout, code]).toEqual(['ran\n', 0])
    expect(stderr).toMatch(/^Error: Could not write \/ .*\nTry: .*--json/)
    expect(stderr).toMatch(/provloom: \S+ completed in /)
  })

  it('may be a descriptor of its own', async () => {
    const words = [bin, 'run', '--json', '/dev/fd/3', ...place().args, '--', 'echo', 'hello']
    const { stdout, stderr } = await start('sh', ['-c', '"$@" 3>&1 >&2', '-', ...words]).ended
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'run-finished' })
    expect(stderr).toContain('hello\n')
  })
})
