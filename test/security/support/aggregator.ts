import fs from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { readConnection } from '@provloom/shared'
import type { Connection } from '@provloom/shared'
import type { AggregatorStatus } from '@provloom/aggregator'
import { folder, repository, start } from '../../support/cli.ts'
import type { Started } from '../../support/cli.ts'

type Of<Kind> = Extract<AggregatorStatus, { kind: Kind }>

/** What a process, with those it has started, has cost so far, as the kernel counts it. */
export interface Cost {
  readonly residentBytes: number
  readonly cpuSeconds: number
  readonly descriptors: number
}

export interface AggregatorOptions {
  readonly saveDir?: string
  readonly args?: readonly string[]
  readonly descriptorsMax?: number
  readonly env?: Readonly<Record<string, string>>
}

const bin = path.join(repository, 'packages/cli/bin/provloom.js')
const ticksPerSecond = 100

/** A real `provloom aggregator` in a process of its own, and what it told. */
export class RunningAggregator {
  readonly saveDir: string
  readonly statuses: AggregatorStatus[] = []
  readonly #started: Started
  #read = 0
  #stdout = ''

  constructor(options: AggregatorOptions) {
    this.saveDir = options.saveDir ?? folder()
    const limit = options.descriptorsMax === undefined ? '' : `ulimit -n ${options.descriptorsMax}; `
    const args = ['--provenance-save-dir', this.saveDir, '--job-key', 'k', '--host', '127.0.0.1', '--json']
    const command = [process.execPath, bin, 'aggregator', ...args, ...(options.args ?? [])]
    this.#started = start('/bin/bash', ['-c', `${limit}exec "$@"`, 'bash', ...command], {
      env: { ...options.env },
    })
    this.#started.child.stdout!.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString()
      const end = this.#stdout.lastIndexOf('\n')
      if (end < this.#read) return
      const lines = this.#stdout.slice(this.#read, end).split('\n')
      this.#read = end + 1
      for (const line of lines) if (line !== '') this.statuses.push(JSON.parse(line) as AggregatorStatus)
    })
    onTestFinished(async () => {
      this.#started.child.kill('SIGKILL')
      await this.#started.ended
    })
  }

  async connection(): Promise<Connection> {
    await this.#started.seen(/"kind":"listening"/)
    const connection = readConnection(this.connectionFile)
    if (connection === undefined) throw new Error('no connection file')
    return connection
  }

  get connectionFile(): string {
    return path.join(this.saveDir, '.provloom/k/connection.json')
  }

  get alive(): boolean {
    return this.#started.child.exitCode === null && this.#started.child.signalCode === null
  }

  of<Kind extends AggregatorStatus['kind']>(kind: Kind): Of<Kind>[] {
    return this.statuses.filter((one): one is Of<Kind> => one.kind === kind)
  }

  /** Resolves when a status is told whose line matches. */
  async heard(pattern: RegExp): Promise<void> {
    await this.#started.seen(pattern)
  }

  /** Resolves when `count` statuses of that kind have been told. */
  async told(kind: AggregatorStatus['kind'], count: number): Promise<void> {
    await this.#started.seen(new RegExp(`("kind":"${kind}"[^]*){${count}}`))
  }

  /** Run directories there are, by name. */
  runs(): string[] {
    return fs
      .readdirSync(this.saveDir)
      .filter((name) => !name.startsWith('.'))
      .sort()
  }

  cost(): Cost {
    const pid = this.#started.child.pid!
    const ticks = [pid, ...this.helpers()].reduce((sum, one) => sum + ticksOf(one), 0)
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
    return {
      residentBytes: Number(resident?.[1]) * 1024,
      cpuSeconds: ticks / ticksPerSecond,
      descriptors: fs.readdirSync(`/proc/${pid}/fd`).length,
    }
  }

  /** Processes that it has started, by their ids. */
  helpers(): number[] {
    const pid = this.#started.child.pid
    const ids = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return ids.split(' ').filter(Boolean).map(Number)
  }

  /** Of one that ends by itself. */
  get ended(): Started['ended'] {
    return this.#started.ended
  }

  async kill(): Promise<void> {
    this.#started.child.kill('SIGKILL')
    await this.#started.ended
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<{ readonly code: number | null; readonly stderr: string }> {
    this.#started.child.kill('SIGTERM')
    return this.#started.ended
  }
}

/** Processor time of a process and of those that it has waited for, in clock ticks. */
function ticksOf(pid: number): number {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name may hold spaces: fields are counted behind its closing parenthesis.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  } catch {
    // It has ended meanwhile, and counts with its parent.
    return 0
  }
}

/** Figures of a test, for those who want to see them. */
export function report(name: string, figures: object): void {
  if (process.env['PROVLOOM_FIGURES'] === undefined) return
  process.stderr.write(`${name}: ${JSON.stringify(figures)}\n`)
}
