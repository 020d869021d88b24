import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { ProvloomError, processStart, releaseDescriptors, systemCode } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import { inheritedDescriptors } from './descriptors.ts'
import { ignoring } from './ignoring.ts'
import { lookUp } from './lookup.ts'

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
 * worker it is as if we were not there. Signals that were ignored stay ignored (`ignoring.ts`), and descriptors that were
 * handed down to us go on to it (`descriptors.ts`).
 */
export async function launchCommand(
  argv: readonly string[],
  environment: Variables,
  directory: string | undefined,
): Promise<Launch> {
  const [program] = argv
  if (program === undefined) return notStarted('', 'missing', new Error('no command'))
  const { ignored, descriptors } = processStart()
  const [file = program, ...rest] = ignoring(ignored, argv, environment)
  // Where a shell becomes the command, its failure is not ours to see.
  const look = file === program ? 'found' : lookUp(program, environment)
  if (look !== 'found') return notStarted(program, look, new Error('it may not be executed'))
  const options = {
    env: { ...environment },
    ...(directory === undefined ? {} : { cwd: directory }),
  }
  let child: ChildProcess
  try {
    const handedDown = inheritedDescriptors(environment, descriptors)
    child = spawn(file, rest, { ...options, stdio: ['inherit', 'inherit', 'inherit', ...handedDown] })
  } catch (error) {
    return notStarted(program, whyOf(error), error)
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
  if (failure !== undefined) return notStarted(program, whyOf(failure), failure)
  releaseDescriptors()
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

/** What a shell calls not found (POSIX, Shell Command Language, 2.8.2): 127; all else is 126. */
const missing: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])

function whyOf(error: unknown): 'missing' | 'denied' {
  return missing.has(systemCode(error)) ? 'missing' : 'denied'
}

function notStarted(program: string, why: 'missing' | 'denied', cause: unknown): Launch {
  const error = new ProvloomError(
    'COMMAND_NOT_FOUND',
    why === 'missing' ? `There is no command ${program}` : `Could not start ${program}`,
    {
      doing: 'start the command',
      to: program,
      ...(why === 'missing' ? {} : { cause }),
      hint:
        why === 'missing'
          ? 'Check its name and PATH, or give its path.'
          : 'Check that it may be executed (chmod +x), or name its interpreter.',
    },
  )
  return { kind: 'not-started', exitCode: why === 'missing' ? 127 : 126, error }
}
