import { spawn } from 'node:child_process'
import { ProvloomError, reasonOf, systemCode } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import { inheritedDescriptors } from './descriptors.ts'

/** How a command ended. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }

export interface RunningCommand {
  readonly pid: number
  readonly ended: Promise<CommandEnd>
  /** @returns whether there was a process to take it */
  signal(signal: NodeJS.Signals): boolean
  over(): boolean
}

export type Launch =
  | { readonly kind: 'running'; readonly command: RunningCommand }
  | { readonly kind: 'not-started'; readonly exitCode: 126 | 127; readonly error: ProvloomError }

/**
 * Starts the worker's command with our own stdin, stdout and stderr, in our process group: to terminal, launcher and
 * worker it is as if we were not there. Descriptors that the launcher handed down go on to it (`descriptors.ts`).
 */
export async function launchCommand(
  argv: readonly string[],
  environment: Variables,
  directory: string | undefined,
): Promise<Launch> {
  const [program, ...rest] = argv
  if (program === undefined) return notStarted('', new Error('no command'), 127)
  let child: ReturnType<typeof spawn>
  try {
    child = spawn(program, rest, {
      stdio: ['inherit', 'inherit', 'inherit', ...inheritedDescriptors(environment)],
      env: { ...environment },
      ...(directory === undefined ? {} : { cwd: directory }),
    })
  } catch (error) {
    return notStarted(program, error, 126)
  }
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal }),
    )
  })
  const failure = await new Promise<unknown>((resolve) => {
    child.once('spawn', () => resolve(undefined))
    child.once('error', resolve)
  })
  // A later `error` tells of a signal that could not be sent; `signal` says so by its result.
  child.on('error', () => undefined)
  if (failure !== undefined) return notStarted(program, failure, systemCode(failure) === 'ENOENT' ? 127 : 126)
  return {
    kind: 'running',
    command: {
      pid: child.pid!,
      ended,
      signal: (signal) => child.kill(signal),
      over: () => child.exitCode !== null || child.signalCode !== null,
    },
  }
}

function notStarted(program: string, cause: unknown, exitCode: 126 | 127): Launch {
  const error = new ProvloomError(
    'COMMAND_NOT_FOUND',
    exitCode === 127 ? `There is no command ${program}` : `Could not start ${program}: ${reasonOf(cause)}`,
    {
      doing: 'start the command',
      to: program,
      cause,
      hint:
        exitCode === 127
          ? 'Check its name and PATH, or give its path.'
          : 'Check that it may be executed (chmod +x), or name its interpreter.',
    },
  )
  return { kind: 'not-started', exitCode, error }
}
