import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import path from 'node:path'
import { brisk } from './agents.ts'
import { fixture } from './place.ts'

const root = path.resolve(import.meta.dirname, '..', '..', '..', '..')

/** An agent in a process of its own runs from what is built: builds what has changed. */
export function buildAgent(): void {
  execFileSync(
    process.execPath,
    [path.join(root, 'node_modules/typescript/bin/tsc'), '-b', 'packages/agent'],
    {
      cwd: root,
    },
  )
}

export interface Spawned {
  readonly child: ChildProcess
  readonly output: () => string
  readonly errors: () => string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Resolves when standard output holds the text. */
  said(text: string): Promise<void>
}

/** Starts an agent process over a command, with pipes for its standard streams. */
export function spawnAgent(
  saveDir: string,
  argv: readonly string[],
  more: {
    readonly env?: NodeJS.ProcessEnv
    readonly stdio?: StdioOptions
    readonly config?: object
    readonly drainMs?: number
    readonly detached?: boolean
    /** Of the shell that becomes it. */
    readonly ulimit?: string
  } = {},
): Spawned {
  const config = JSON.stringify([
    {
      provenanceSaveDir: saveDir,
      spoolRoot: `${saveDir}/spools`,
      sampleIntervalSeconds: 0,
      ...more.config,
    },
    { timing: { ...brisk, drainMs: more.drainMs ?? brisk.drainMs } },
  ])
  const words = [process.execPath, fixture('agent-main.mjs'), config, ...argv]
  const limited = ['/bin/sh', '-c', `ulimit ${more.ulimit}; exec "$@"`, 'sh', ...words]
  const [file, ...rest] = more.ulimit === undefined ? words : limited
  const child = spawn(file!, rest, {
    stdio: more.stdio ?? 'pipe',
    detached: more.detached === true,
    env: { PATH: process.env['PATH'], ...more.env },
  })
  let output = ''
  let errors = ''
  child.stdout?.on('data', (bytes: Buffer) => {
    output += bytes.toString()
    child.emit('said')
  })
  child.stderr?.on('data', (bytes: Buffer) => {
    errors += bytes.toString()
  })
  return {
    child,
    output: () => output,
    errors: () => errors,
    ended: new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal }))
    }),
    said: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!output.includes(text)) return
          child.off('said', look)
          resolve()
        }
        child.on('said', look)
        look()
      }),
  }
}
