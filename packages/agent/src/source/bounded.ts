import { execFile } from 'node:child_process'
import { killWhen } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'

export interface BoundedOptions {
  readonly timeoutMs: number
  readonly environment: Variables
  readonly directory?: string
  readonly outputBytesMax?: number
  readonly signal?: AbortSignal
}

/** The standard output of a helper program, or undefined when it fails, is absent or takes too long. Never throws. */
export function askProgram(
  program: string,
  argv: readonly string[],
  options: BoundedOptions,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...argv],
      {
        timeout: options.timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: options.outputBytesMax ?? 4 * 1024 * 1024,
        env: { ...options.environment },
        encoding: 'utf8',
        ...(options.directory === undefined ? {} : { cwd: options.directory }),
      },
      (error, stdout) => resolve(error === null ? stdout : undefined),
    )
    if (options.signal !== undefined) killWhen(options.signal, child)
  })
}
