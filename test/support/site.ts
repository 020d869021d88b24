import fs from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { binFolder, folder, repository, start } from './cli.ts'
import type { Started, StartOptions } from './cli.ts'
import { Graph } from './graph.ts'

/** A user's folder: scripts, `prov` below it, and a folder for temporary files by which our processes are known. */
export interface Site {
  readonly dir: string
  readonly saveDir: string
  readonly spoolRoot: string
  readonly env: Readonly<Record<string, string>>
  /** @returns the file's name, in `dir` */
  script(name: string, text: string): string
  /** Any command, with a `provloom` to be found. */
  start(command: string, args: readonly string[], options?: StartOptions): Started
  /** `python3 ...` without provloom in front. */
  plain(...args: readonly string[]): Started
  /** `provloom run ... -- python3 ...` */
  wrapped(args: readonly string[], ...options: readonly string[]): Started
  /** Runs in order of their numbers. */
  runs(): RunSeen[]
  /** Processes of ours that live, with their command lines. */
  ours(): string[]
  /** Resolves when no process of ours lives; far below the 60 s after which an idle agent leaves by itself. */
  gone(): Promise<void>
  /** Resolves with the runs when all of these hold, which they do in a moment, or when a minute and a half is over. */
  until(holds: (runs: readonly RunSeen[]) => boolean): Promise<RunSeen[]>
}

/** A run as it lies on disk. */
export interface RunSeen {
  readonly name: string
  readonly runDir: string
  readonly graph: Graph
  /** run.json */
  readonly file: RunFile
}

export interface RunFile {
  readonly status: string
  readonly finished: boolean
  readonly worldSize?: number
  readonly ordinal: number
  readonly jobKey: string
  readonly startTime: string
  readonly endTime?: string
  readonly logs: number
  readonly problems: number
  readonly problemKinds: readonly { readonly code: string; readonly count: number }[]
  readonly hints: readonly string[]
  readonly ledger: {
    readonly total: Counts
    readonly conflicts: number
    readonly absent: readonly unknown[]
    readonly ranks: readonly (Counts & {
      readonly rank: number
      readonly attempt: number
      readonly status: string
    })[]
  }
}

interface Counts {
  readonly sent: number
  readonly stored: number
  readonly dropped: number
}

/** @param more variables of all that is started there */
export function site(more: Readonly<Record<string, string>> = {}): Site {
  const [dir, temporary] = [folder(), folder()]
  const env = {
    PATH: `${binFolder()}:${process.env['PATH']}`,
    PYTHONPATH: path.join(repository, 'clients/python'),
    TMPDIR: temporary,
    ...more,
  }
  const saveDir = path.join(dir, 'prov')
  const startHere = (command: string, args: readonly string[], options: StartOptions = {}): Started =>
    start(command, args, { cwd: dir, ...options, env: { ...env, ...options.env } })
  const ours = (): string[] => processesWith(`TMPDIR=${temporary}`).filter((one) => /provloom\.js/.test(one))
  onTestFinished(() => {
    for (const one of ours()) kill(Number.parseInt(one, 10))
  })
  return {
    dir,
    saveDir,
    spoolRoot: path.join(temporary, `provloom-${process.getuid?.() ?? 0}`),
    env,
    script(name, text) {
      fs.writeFileSync(path.join(dir, name), text)
      return name
    },
    start: startHere,
    plain: (...args) => startHere('python3', args),
    wrapped: (args, ...options) => startHere('provloom', ['run', ...options, '--', 'python3', ...args]),
    runs: () => runsIn(saveDir),
    ours,
    async gone() {
      const limit = performance.now() + 30_000
      // One that has just been forked has no command line yet, and would be missed by a single look.
      for (let looks = 0; looks < 3 && performance.now() < limit; looks = ours().length > 0 ? 0 : looks + 1)
        await pause(100)
      expect(ours(), 'what outlived its script').toEqual([])
    },
    async until(holds) {
      const limit = performance.now() + 90_000
      for (;;) {
        const runs = read(saveDir)
        if ((runs !== undefined && holds(runs)) || performance.now() > limit) return runs ?? []
        await pause(100)
      }
    },
  }
}

/** While they are being written, a run may be there without all of its files. */
function read(saveDir: string): RunSeen[] | undefined {
  try {
    return runsIn(saveDir)
  } catch {
    return undefined
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

export function runsIn(saveDir: string): RunSeen[] {
  const number = (name: string): number => Number(name.slice(name.lastIndexOf('_') + 1))
  return fs
    .readdirSync(saveDir)
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => number(a) - number(b) || (a < b ? -1 : 1))
    .map((name) => {
      const runDir = path.join(saveDir, name)
      const file = JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')) as RunFile
      return { name, runDir, graph: new Graph(runDir), file }
    })
}

/** Valid, nothing dropped, and so many points of `loss` in each series: one of each rank that logged. */
export function expectWhole({ graph, name, file }: RunSeen, ...rows: readonly number[]): void {
  expect(graph.violations(), name).toEqual([])
  const { sent, stored, dropped } = file.ledger.total
  expect([stored, dropped], name).toEqual([sent, 0])
  expect(graph.each(graph.labelled('loss'), 'rows').map(Number), name).toEqual(rows)
}

/** The one value of a param in a run, or several, sorted, where ranks differ. */
export function param({ graph }: RunSeen, name: string): string {
  return graph.each(graph.labelled(name), 'value').join(' ')
}

/** The pid of the aggregator that wrote a run. */
export function aggregatorOf({ runDir }: Pick<RunSeen, 'runDir'>): string | undefined {
  const text = fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')
  return /"run:recording":.*?"provloom:pid":(\d+)/.exec(text)?.[1]
}

/** What is said of each rank execution, in order of rank and attempt. */
export function ranks({ graph }: RunSeen, ...attributes: readonly string[]): string[] {
  return graph
    .ofType('RankExecution')
    .map((one) =>
      ['globalRank', 'attempt', 'status', ...attributes]
        .map((attribute) => graph.value(one, attribute) ?? '-')
        .join(' '),
    )
    .sort()
}

function processesWith(variable: string): string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable)) return []
        return [`${pid} ${fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`]
      } catch {
        return []
      }
    })
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
