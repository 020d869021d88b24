import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { keep } from './kin.ts'

export interface Ran {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  options: { readonly cwd?: string; readonly timeoutMs?: number } = {},
): Promise<Ran> {
  const child = keep(
    spawn(command, args, {
      detached: true,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' }),
    }),
  )
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-20_000)))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code: code ?? 128, output, errors: signal === null ? errors : `${errors}\nended by ${signal}` }
}

/**
 * Runs a program that says its result as one line of JSON; the last such line counts.
 *
 * @throws Error with the program's last words when it fails
 */
export async function runForJson(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  options: { readonly cwd?: string; readonly timeoutMs?: number } = {},
): Promise<unknown> {
  const ran = await run(command, args, environment, options)
  const last = ran.output.split('\n').findLast((line) => line.startsWith('{'))
  if (ran.code !== 0 || last === undefined) {
    const words = ran.errors.trimEnd().split('\n').slice(-2).join(' | ').slice(-300)
    throw new Error(`${path.basename(args[0] ?? command)} ended with ${ran.code}: ${words}`)
  }
  return JSON.parse(last)
}
