import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { removeFolder } from '@provloom/shared'

export const repository: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const bin: string = path.join(repository, 'packages/cli/bin/provloom.js')

/** A folder of the test's own, removed when it is finished. */
export function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-e2e-'))
  // What outlives its script for a moment may still write.
  onTestFinished(() => removeFolder(made))
  return made
}

export interface Result {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Result>
  /** Resolves with the match as soon as the output so far (both streams) has one. */
  seen(pattern: RegExp): Promise<RegExpMatchArray>
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
  /** Standard input stays open, for the test to write to. */
  readonly talk?: boolean
  /** Not of one test: for `beforeAll`, which waits for the end itself. */
  readonly untied?: boolean
}

/** Variables of this process without those that a launcher or Provloom would read. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(PROVLOOM_|SLURM_|OMPI_COMM|PMI|TORCHELASTIC|MASTER_|RANK$|LOCAL_RANK$|WORLD_SIZE$|VITEST|NODE_OPTIONS$|NODE_ENV$|PYTHONUNBUFFERED$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

/** A folder with a `provloom` on it, for scripts that call it by name. */
export function binFolder(): string {
  const dir = folder()
  fs.writeFileSync(path.join(dir, 'provloom'), `#!/bin/sh\nexec "${bin}" "$@"\n`, {
    mode: 0o755,
  })
  return dir
}

/** Starts a program; what is left of it when the test ends is killed, by its id. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): Started {
  const child = spawn(command, args, {
    cwd: options.cwd ?? os.tmpdir(),
    // What the machine is is asked where a test is of that.
    env: { ...cleanEnvironment(), NO_COLOR: '1', PROVLOOM_NO_MACHINE: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  if (options.talk !== true) child.stdin.end(options.input)
  let stdout = ''
  let stderr = ''
  let look = (): void => {}
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    look()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    look()
  })
  const ended = new Promise<Result>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  if (options.untied !== true) onTestFinished(() => void child.kill('SIGKILL'))
  const seen = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      look = () => {
        const match = `${stdout}\n${stderr}`.match(pattern)
        if (match !== null) resolve(match)
      }
      look()
      void ended.then(() => reject(new Error(`ended without ${String(pattern)}:\n${stdout}\n${stderr}`)))
    })
  return { child, ended, seen }
}

export function startProvloom(args: readonly string[], options: StartOptions = {}): Started {
  return start(bin, args, options)
}

export function provloom(args: readonly string[], options: StartOptions = {}): Promise<Result> {
  return startProvloom(args, options).ended
}
