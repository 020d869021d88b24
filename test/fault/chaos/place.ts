import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a chaos run keeps its files. */
export class Place {
  readonly root: string

  constructor(root: string) {
    this.root = path.resolve(root)
    for (const folder of [this.saveDir, this.spools, this.logs, this.progress])
      fs.mkdirSync(folder, { recursive: true })
  }

  get saveDir(): string {
    return path.join(this.root, 'prov')
  }

  get spools(): string {
    return path.join(this.root, 'spools')
  }

  get logs(): string {
    return path.join(this.root, 'logs')
  }

  get progress(): string {
    return path.join(this.root, 'progress')
  }

  /** What agents are told: the aggregator's own file with the proxy's port. */
  get connection(): string {
    return path.join(this.root, 'connection.json')
  }

  /** How far workers may go: a share of their calls, in digits. */
  get paceFile(): string {
    return path.join(this.root, 'pace')
  }

  /** Lets workers go on up to a share of their calls, 0 to 1. */
  pace(share: number): void {
    const descriptor = fs.openSync(this.paceFile, fs.existsSync(this.paceFile) ? 'r+' : 'w')
    fs.writeSync(descriptor, share.toFixed(6), 0)
    fs.closeSync(descriptor)
  }

  /** Directories of runs; an aggregator killed while it made one leaves an empty one behind. */
  runDirectories(): string[] {
    const holds = (name: string): boolean =>
      ['run.json', 'prov.json', 'journal'].some((one) => fs.existsSync(path.join(this.saveDir, name, one)))
    return fs.readdirSync(this.saveDir).filter((name) => !name.startsWith('.') && holds(name))
  }

  /** What every agent is told, whoever starts it: a worker whose agent is gone starts one itself. */
  get variables(): Readonly<Record<string, string>> {
    return {
      PROVLOOM_CONNECTION: this.connection,
      PROVLOOM_SPOOL_ROOT: this.spools,
      PROVLOOM_SAMPLE_INTERVAL_SECONDS: '0',
      PROVLOOM_DISABLE_CODECARBON: 'true',
      PROVLOOM_BIN: bin,
    }
  }
}

export const repository: string = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
const bin = path.join(repository, 'packages/cli/bin/provloom.js')

/** Starts `provloom`, its messages going to a log file. */
export function provloom(
  args: readonly string[],
  log: string,
  variables: Readonly<Record<string, string>>,
  output: 'pipe' | 'log',
): ChildProcess {
  const descriptor = fs.openSync(log, 'a')
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', output === 'pipe' ? 'pipe' : descriptor, descriptor],
    env: { ...inherited(), ...variables },
  })
  fs.closeSync(descriptor)
  child.on('error', () => {})
  return child
}

/** This process's variables without those that a launcher, a test runner or Provloom would read. */
function inherited(): NodeJS.ProcessEnv {
  const foreign = /^(PROVLOOM_|SLURM_|OMPI_|PMI|TORCHELASTIC|MASTER_|VITEST|NODE_OPTIONS|RANK$|LOCAL_|WORLD_)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

/** Sends a signal to a process that may be gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
