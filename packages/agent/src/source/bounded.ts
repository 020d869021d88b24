import { spawn } from 'node:child_process'
import { killChild, killWhen } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'

export interface BoundedOptions {
  readonly timeoutMs: number
  readonly environment: Variables
  readonly directory?: string
  readonly outputBytesMax?: number
  readonly signal?: AbortSignal
}

/**
 * The standard output of a helper program, or undefined when it fails, is absent or takes too long. Never throws.
 *
 * It gets a session of its own: Ctrl-Z stops whatever is in the terminal's process group, and a child stopped between
 * fork and exec holds up its parent, which waits for the exec.
 */
export function askProgram(
  program: string,
  argv: readonly string[],
  options: BoundedOptions,
): Promise<string | undefined> {
  const most = options.outputBytesMax ?? 4 * 1024 * 1024
  return new Promise((resolve) => {
    const child = spawn(program, argv, {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      env: { ...options.environment },
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
    })
    const said: Buffer[] = []
    let size = 0
    child.stdout.on('data', (bytes: Buffer) => {
      size += bytes.length
      if (size <= most) said.push(bytes)
      else killChild(child)
    })
    child.once('error', () => resolve(undefined))
    child.once('close', (code) =>
      resolve(code === 0 && size <= most ? Buffer.concat(said).toString('utf8') : undefined),
    )
    if (options.signal !== undefined) killWhen(options.signal, child)
  })
}
