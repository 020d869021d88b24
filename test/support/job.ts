import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { bin, cleanEnvironment, folder } from './cli.ts'

/** Logs until it is killed, and says after each call in a file of its own that it has returned. */
const script = `
import os, sys, provloom
provloom.start_run("www.example.org", "killed", collect_all_processes=True)
told = os.open(os.path.join(sys.argv[1], "rank" + os.environ["RANK"]), os.O_WRONLY | os.O_CREAT)
last = int(sys.argv[2])
for step in range(last):
    provloom.log_metric("loss", step / 7, step=step)
    os.pwrite(told, b"%d" % (step + 1), 0)
if last < 10**6:
    provloom.log_param("done", True)
    sys.stdin.read()
while True:
    pass
`

export interface Job {
  readonly saveDir: string
  readonly spoolRoot: string
  readonly told: string
  readonly aggregator: ChildProcess
  readonly ranks: readonly ChildProcess[]
  /** Calls that have returned, by rank. */
  returned(): number[]
  /** kill -9 of everything at once. */
  kill(): Promise<void>
}

/** In a process group of its own, so that an agent and its worker can be killed together. */
export function inGroup(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  front: readonly string[] = [],
): ChildProcess {
  const [command = '', ...words] = [...front, process.execPath, bin, ...args]
  const child = spawn(command, words, {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...cleanEnvironment(), ...env },
  })
  onTestFinished(() => killGroup(child))
  return child
}

export function killGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {
    // It is gone.
  }
}

export async function job(ranks: number, calls = 10 ** 9): Promise<Job> {
  const [saveDir, spoolRoot, told] = [folder(), folder(), folder()]
  const file = path.join(told, 'train.py')
  fs.writeFileSync(file, script)
  const shared = ['--provenance-save-dir', saveDir, '--job-key', `job-${path.basename(told)}`]
  const names = ['--experiment-name', 'killed', '--prov-user-namespace', 'www.example.org']
  const aggregator = inGroup(['aggregator', ...shared, ...names, '--collect-all-processes', '--json'], {})
  const children = Array.from({ length: ranks }, (_, rank) =>
    inGroup(['agent', ...shared, '--spool-root', spoolRoot, '--', 'python3', file, told, String(calls)], {
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      WORLD_SIZE: String(ranks),
    }),
  )
  const aggregatorKey = path.join(saveDir, '.provloom')
  await until(() => fs.existsSync(aggregatorKey))
  return {
    saveDir,
    spoolRoot,
    told,
    aggregator,
    ranks: children,
    returned: () =>
      Array.from({ length: ranks }, (_, rank) => {
        const file = path.join(told, `rank${rank}`)
        return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0
      }),
    async kill() {
      const all = [aggregator, ...children]
      const gone = all
        .filter((child) => child.exitCode === null && child.signalCode === null)
        .map((child) => once(child, 'exit'))
      for (const child of all) killGroup(child)
      await Promise.all(gone)
    },
  }
}

export function hasRun(saveDir: string): boolean {
  return fs.existsSync(path.join(saveDir, 'killed_0', 'run.json'))
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}
