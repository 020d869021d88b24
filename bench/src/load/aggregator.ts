import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { AggregatorStatus } from '@provloom/aggregator'
import { connectionFile } from '@provloom/shared'
import { keep } from '../machine/kin.ts'
import { provloomCommand } from '../machine/paths.ts'
import { mustUsageOf } from '../machine/usage.ts'
import type { Usage } from '../machine/usage.ts'
import { monotonicMs } from './plan.ts'

type Kind = AggregatorStatus['kind']
export type StatusOf<K extends Kind> = Extract<AggregatorStatus, { kind: K }>

export interface AggregatorOptions {
  readonly saveDir: string
  readonly insecure: boolean
  readonly saveAfterNLogs?: number
  /** As if agents had started it: of a rank of this machine that is gone nobody waits for minutes. */
  readonly unattended?: boolean
}

export const benchJobKey = 'bench'

/** A real `provloom aggregator`, in a process of its own. */
export class AggregatorUnderTest {
  readonly connectionFile: string
  readonly startedMs: number = monotonicMs()
  /** Everything it said, with the time it was heard. */
  readonly statuses: { readonly atMs: number; readonly status: AggregatorStatus }[] = []
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  #errors = ''
  #waiting: (() => void)[] = []
  #ended = false

  /** @param nodeArguments for Node itself, before the program */
  constructor(options: AggregatorOptions, nodeArguments: readonly string[] = []) {
    this.connectionFile = connectionFile(options.saveDir, benchJobKey)
    this.#child = keep(
      spawn(process.execPath, [...nodeArguments, provloomCommand, ...argumentsFor(options)], {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: path.dirname(options.saveDir),
      }),
    )
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.statuses.push({ atMs: monotonicMs(), status: JSON.parse(line) as AggregatorStatus })
      this.#wake()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000)
    })
    this.#child.on('exit', () => {
      this.#ended = true
      this.#wake()
    })
  }

  usage(): Usage {
    return mustUsageOf(this.#child.pid!)
  }

  all<K extends Kind>(kind: K): { readonly atMs: number; readonly status: StatusOf<K> }[] {
    return this.statuses.filter(
      (one): one is { atMs: number; status: StatusOf<K> } => one.status.kind === kind,
    )
  }

  /**
   * The first status of this kind, when it comes.
   *
   * @throws Error with its last words when it ends before, or when the time is up
   */
  async heard<K extends Kind>(kind: K, timeoutMs = 60_000): Promise<{ atMs: number; status: StatusOf<K> }> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const found = this.all(kind)[0]
      if (found !== undefined) return found
      if (this.#ended) throw new Error(`the aggregator ended: ${this.#errors.trim()}`)
      const left = until - performance.now()
      if (left <= 0) throw new Error(`the aggregator did not say "${kind}" in ${timeoutMs} ms`)
      await this.#next(left)
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#ended) return
    const exit = once(this.#child, 'exit')
    this.#child.kill(signal)
    await exit
  }

  #next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) one()
  }
}

function argumentsFor(options: AggregatorOptions): string[] {
  const named: Readonly<Record<string, string>> = {
    '--experiment-name': 'bench',
    '--prov-user-namespace': 'www.example.org',
    '--provenance-save-dir': options.saveDir,
    '--job-key': benchJobKey,
    '--host': '127.0.0.1',
    ...(options.unattended === true ? { '--generation': '0' } : {}),
    ...(options.saveAfterNLogs === undefined
      ? {}
      : { '--save-after-n-logs': String(options.saveAfterNLogs) }),
  }
  const flags = ['--json', '--collect-all-processes', ...(options.insecure ? ['--insecure'] : [])]
  return ['aggregator', ...flags, ...Object.entries(named).flat()]
}
