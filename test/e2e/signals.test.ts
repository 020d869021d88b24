import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bin, cleanEnvironment, folder, start } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { seldom } from '../support/effort.ts'
import { Graph, onlyRun } from '../support/graph.ts'

/** Says its signals, one in a line, and ends by itself at the first SIGTERM. */
const telling = `
import os, provloom, signal, time
def say(text): os.write(1, (text + "\\n").encode())
def heard(number, frame):
    say(signal.Signals(number).name)
    if number == signal.SIGTERM:
        provloom.end_run()
        os._exit(0)
for name in ("HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "WINCH", "CONT", "TERM"):
    signal.signal(getattr(signal, "SIG" + name), heard)
provloom.start_run("www.example.org", "x")
provloom.log_param("lr", 0.1)
say("ready " + str(os.getpid()))
while True: time.sleep(0.02)
`

interface Place {
  readonly saveDir: string
  readonly args: readonly string[]
}

function place(): Place {
  const saveDir = path.join(folder(), 'prov')
  return { saveDir, args: ['--provenance-save-dir', saveDir, '--spool-root', folder()] }
}

/** In a process group of its own, as a shell starts a job. */
function job(args: readonly string[]): Started & { group(signal: NodeJS.Signals): void } {
  const child = spawn(bin, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment(),
  })
  let [stdout, stderr] = ['', '']
  let look = (): void => {}
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString()
    look()
  })
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString()
    look()
  })
  const group = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, signal)
    } catch {
      // The group is gone.
    }
  }
  onTestFinished(() => group('SIGKILL'))
  const ended = once(child, 'close').then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
    stdout,
    stderr,
  }))
  return {
    child,
    ended,
    group,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = stdout.match(pattern) ?? stderr.match(pattern)
          if (match !== null) resolve(match)
        }
        look()
        void ended.then(() => reject(new Error(`ended without ${String(pattern)}:\n${stdout}\n${stderr}`)))
      }),
  }
}

/** Runs a command in front of which a shell ignores signals; its own standard output. */
async function statusWhere(before: string): Promise<string> {
  const words = [bin, 'run', ...place().args, '--', 'grep', 'SigIgn', '/proc/self/status']
  return (await start('sh', ['-c', `${before} exec "$@"`, '-', ...words]).ended).stdout
}

describe('signals to `provloom run`', () => {
  it('reach every worker once, and the run is whole', async () => {
    const { saveDir, args } = place()
    const many = ['-n', '2', '--collect-all-processes']
    const running = job(['run', ...many, ...args, '--', 'python3', '-c', telling])
    await running.seen(/ready[^]*ready/)
    const notices = ['USR1', 'USR2', 'ALRM', 'WINCH', 'CONT', 'HUP', 'INT', 'QUIT']
    for (const name of notices) {
      running.child.kill(`SIG${name}` as NodeJS.Signals)
      await running.seen(new RegExp(`SIG${name}\\n[^]*SIG${name}\\n`))
    }
    running.child.kill('SIGTERM')
    const { code, stdout, stderr } = await running.ended
    expect(code, stderr).toBe(0)
    const heard = stdout.split('\n').filter((line) => line.startsWith('SIG'))
    expect(heard.sort()).toEqual([...notices, ...notices, 'TERM', 'TERM'].map((name) => `SIG${name}`).sort())
    expect(stderr).not.toContain('ebugger')
    const graph = new Graph(onlyRun(saveDir))
    expect(graph.each(graph.ofType('RankExecution'), 'status')).toEqual(['completed', 'completed'])
  })

  it('and to its whole process group, as from a terminal or scancel, do so too', async () => {
    const running = job(['run', '-n', '2', ...place().args, '--', 'python3', '-c', telling])
    await running.seen(/ready[^]*ready/)
    for (const name of ['INT', 'USR1', 'HUP', 'WINCH']) {
      running.group(`SIG${name}` as NodeJS.Signals)
      await running.seen(new RegExp(`SIG${name}\\n[^]*SIG${name}\\n`))
    }
    // It takes as long for a second one to come as for this one, which is for `run` alone.
    running.child.kill('SIGUSR2')
    await running.seen(/SIGUSR2\n[^]*SIGUSR2\n/)
    running.group('SIGTERM')
    const { code, stdout } = await running.ended
    expect(code).toBe(0)
    const heard = stdout.split('\n').filter((line) => line.startsWith('SIG'))
    const sent = ['INT', 'USR1', 'HUP', 'WINCH', 'USR2', 'TERM']
    expect(heard.sort()).toEqual([...sent, ...sent].map((name) => `SIG${name}`).sort())
  })

  it.each([
    ['HUP', 129],
    ['SEGV', 139],
    ['KILL', 137],
    ...seldom<[string, number]>(['USR1', 138], ['USR2', 140], ['PIPE', 141], ['ALRM', 142], ['XCPU', 152]),
  ])('are told by its exit code when a worker dies of one: SIG%s by %i', async (name, code) => {
    const command = ['sh', '-c', `ulimit -c 0; kill -${name} $$`]
    const { ended } = job(['run', ...place().args, '--', ...command])
    expect((await ended).code).toBe(code)
  })

  it('that kill it (SIGKILL) leave the workers to themselves, and the run is finished by the others', async () => {
    const { saveDir, args } = place()
    const running = job(['run', ...args, '--', 'python3', '-c', telling])
    const [, pid] = await running.seen(/ready (\d+)/)
    await expect.poll(() => fs.existsSync(path.join(saveDir, 'x_0/run.json'))).toBe(true)
    running.child.kill('SIGKILL')
    await once(running.child, 'exit')
    process.kill(Number(pid), 'SIGUSR1')
    await running.seen(/SIGUSR1/)
    process.kill(Number(pid), 'SIGTERM')
    // Nothing of ours holds its output any more.
    await running.ended
    const graph = new Graph(onlyRun(saveDir))
    expect(graph.value(graph.ofType('Run')[0]!, 'status')).toBe('completed')
  })
})

describe('a signal that is ignored where a command is started', () => {
  it('is ignored in the command, and no other', async () => {
    // 1, 12 and 13.
    expect(await statusWhere(`trap '' HUP USR2 PIPE;`)).toBe('SigIgn:\t0000000000001801\n')
    expect(await statusWhere('')).toBe('SigIgn:\t0000000000000000\n')
  })

  it('is ignored by the aggregator as well', async () => {
    const { saveDir } = place()
    const names = ['--experiment-name', 'x', '--prov-user-namespace', 'www.example.org']
    const words = [bin, 'aggregator', ...names, '--provenance-save-dir', saveDir]
    const serving = start('sh', ['-c', `trap '' HUP; exec "$@"`, '-', ...words])
    await serving.seen(/listening/)
    serving.child.kill('SIGHUP')
    serving.child.kill('SIGUSR1')
    serving.child.kill('SIGUSR2')
    // Signals come in the order of their numbers: 15 is the last.
    serving.child.kill('SIGTERM')
    const { code, signal, stderr } = await serving.ended
    expect([code, signal, stderr]).toEqual([0, null, ''])
  })
})

describe('an aggregator', () => {
  const names = ['--experiment-name', 'x', '--prov-user-namespace', 'www.example.org']

  it.each(['SIGTERM', 'SIGINT', ...seldom('SIGHUP' as const)] as const)(
    'that is told to stop once or often, by %s, ends its runs once',
    async (signal) => {
      const { saveDir, args } = place()
      const serving = job(['aggregator', ...names, '--provenance-save-dir', saveDir])
      await serving.seen(/listening/)
      const rank = job(['agent', ...args, '--', 'python3', '-c', telling])
      await rank.seen(/ready/)
      await expect.poll(() => fs.existsSync(path.join(saveDir, 'x_0/run.json'))).toBe(true)
      serving.child.kill(signal)
      serving.child.kill(signal)
      serving.group(signal)
      rank.child.kill('SIGTERM')
      const again = setInterval(() => serving.child.kill(signal), 10)
      const { code, stderr } = await serving.ended
      clearInterval(again)
      expect(code, stderr).toBe(0)
      expect((await rank.ended).code).toBe(0)
      // A machine that is busy may not let the rank end in the time that it is given.
      const graph = new Graph(onlyRun(saveDir))
      expect(graph.violations()).toEqual([])
      expect(['completed', 'incomplete']).toContain(graph.value(graph.ofType('Run')[0]!, 'status'))
      expect(fs.existsSync(path.join(onlyRun(saveDir), 'journal'))).toBe(false)
    },
  )

  it('hears all of a rank whose agent is told to end by a burst of signals, which is one request', async () => {
    const { saveDir, args } = place()
    const serving = job(['aggregator', ...names, '--provenance-save-dir', saveDir, '--exit-when-done'])
    await serving.seen(/listening/)
    const rank = job(['agent', ...args, '--', 'python3', '-c', telling])
    await rank.seen(/ready/)
    const often = setInterval(() => rank.child.kill('SIGTERM'), 10)
    const { code, stderr } = await rank.ended
    clearInterval(often)
    expect([code, stderr]).toEqual([0, ''])
    expect((await serving.ended).code).toBe(0)
    expect(ranksOf(new Graph(onlyRun(saveDir)))).toEqual(['completed'])
  })

  it('is told what of a large file is not there when the agent is asked not to read it to its end', async () => {
    const { saveDir, args } = place()
    const large = path.join(folder(), 'large.bin')
    fs.writeFileSync(large, '')
    fs.truncateSync(large, 2 ** 40)
    const text = `import provloom
provloom.start_run("www.example.org", "x")
provloom.log_artifact(${JSON.stringify(large)})`
    const running = job(['run', ...args, '--', 'python3', '-c', text])
    await running.seen(/reading \S*large\.bin, which was logged; then this ends/)
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
    const graph = new Graph(onlyRun(saveDir))
    expect(graph.value(graph.ofType('Run')[0]!, 'status')).toBe('completed')
    expect(graph.value(graph.ofType('Run')[0]!, 'problem')).toMatch(/^FILE_NOT_STORED/)
  })

  it('gets SIGUSR1 at any moment, opens no debugger, and goes on', async () => {
    const serving = job(['aggregator', ...names, '--provenance-save-dir', place().saveDir])
    const pid = serving.child.pid!
    await expect.poll(() => survives(pid, os.constants.signals.SIGUSR1), { interval: 1 }).toBe(true)
    const often = setInterval(() => serving.child.kill('SIGUSR1'), 1)
    await serving.seen(/listening/)
    clearInterval(often)
    for (const other of shedders(pid)) process.kill(other, 'SIGUSR1')
    serving.child.kill('SIGTERM')
    const { code, stderr } = await serving.ended
    expect(code).toBe(0)
    expect(stderr).not.toContain('Debugger listening')
  })

  it('that cannot remove its connection file says so, with what to do', async () => {
    const { saveDir } = place()
    const serving = job(['aggregator', ...names, '--provenance-save-dir', saveDir])
    const [, file] = await serving.seen(/connection file (\S+)/)
    // What nobody can unlink.
    fs.rmSync(file!)
    fs.mkdirSync(file!)
    serving.child.kill('SIGTERM')
    const { code, stderr } = await serving.ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/connection\.json could not be removed .*Remove the file/)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

function ranksOf(graph: Graph): (string | undefined)[] {
  return graph.each(graph.ofType('RankExecution'), 'status')
}

/** Whether a signal is ignored, blocked or caught by a process, and so ends it no more. */
function survives(pid: number, number: number): boolean {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1')
  const masks = [...status.matchAll(/^Sig(?:Ign|Blk|Cgt):\s+(\S+)/gm)]
  return masks.some(([, mask]) => (BigInt(`0x${mask}`) & (1n << BigInt(number - 1))) !== 0n)
}

/** Empty when it has ended, and for one that nobody has waited for yet. */
function commandLine(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

function shedders(pid: number): number[] {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
  return children.split(' ').filter(Boolean).map(Number)
}

describe('an agent that serves a worker of others', () => {
  it('ends after it, whatever signals for the whole job it gets', async () => {
    const { args } = place()
    const worker = job(['agent', ...args, '--', 'python3', '-c', telling])
    const [, pid] = await worker.seen(/ready (\d+)/)
    worker.child.kill('SIGKILL')
    const [spool] = fs.readdirSync(args[3]!)
    const second = job(['agent', ...args, '--tree', path.join(args[3]!, spool!)])
    // SIGTERM is caught by Node itself, to die of it; SIGUSR2 by us alone, after SIGTERM.
    await expect.poll(() => survives(second.child.pid!, os.constants.signals.SIGUSR2)).toBe(true)
    const often = setInterval(() => second.child.kill('SIGTERM'), 5)
    process.kill(Number(pid), 'SIGUSR1')
    await worker.seen(/SIGUSR1/)
    // It sees the end within a moment; in its own last instants, when Node has let go of them, signals would be its end.
    clearInterval(often)
    expect(second.child.exitCode).toBeNull()
    process.kill(Number(pid), 'SIGTERM')
    await expect.poll(() => commandLine(pid!), { timeout: 60_000 }).toBe('')
    const { signal } = await second.ended
    expect(signal).toBeNull()
  })
})
