import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { ProvloomError, exitCode, processStart, releaseDescriptors, systemCode } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import { becoming } from './becoming.ts'
import { inheritedDescriptors } from './descriptors.ts'
import { lookUp } from './lookup.ts'

/** How a command ended. */
/** What a shell says of a command that could not be started. */
export type NotStartedCode = typeof exitCode.cannotExecute | typeof exitCode.notFound

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
  | { readonly kind: 'not-started'; readonly exitCode: NotStartedCode; readonly error: ProvloomError }

/** Who started this process, and starts the command itself where this one is killed before it has. */
export interface Starter {
  /** Descriptor of the channel to it, on which the command says `{"pid":n}` as it starts. */
  readonly channel: number
  /** The command is about to be started, and cannot say so itself. */
  begins(): void
}

/**
 * Starts the worker's command with our own stdin, stdout and stderr, in our process group: to terminal, launcher and
 * worker it is as if we were not there. Signals that were ignored stay ignored (`becoming.ts`), and descriptors that were
 * handed down to us go on to it (`descriptors.ts`).
 */
export async function launchCommand(
  argv: readonly string[],
  environment: Variables,
  directory: string | undefined,
  starter?: Starter,
): Promise<Launch> {
  const [program] = argv
  if (program === undefined) return notStarted('', 'missing', new Error('no command'))
  const { ignored, descriptors } = processStart()
  const handedDown = inheritedDescriptors(environment, descriptors)
  const slot = starter === undefined ? undefined : slotIn(handedDown)
  const before = { ignored, ...(slot === undefined ? {} : { channel: slot }) }
  const [file = program, ...rest] = becoming(before, argv, environment)
  // Where a shell becomes the command, its failure is not ours to see.
  const look = file === program ? 'found' : lookUp(program, environment)
  if (look !== 'found') return notStarted(program, look, new Error('it may not be executed'))
  const options = {
    env: { ...environment },
    ...(directory === undefined ? {} : { cwd: directory }),
  }
  let child: ChildProcess
  try {
    if (slot === undefined) starter?.begins()
    child = spawnWith(file, rest, options, [handedDown, []], (handed) =>
      slot === undefined ? handed : withChannel(handed, slot, starter!.channel),
    )
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

/** Beyond 9 not every shell can name a descriptor. */
const slotMax = 9

/** Where the channel can be in a child that is handed these from 3 on. */
function slotIn(handedDown: readonly unknown[]): number | undefined {
  const slot = [...handedDown, 'ignore'].indexOf('ignore') + 3
  return slot <= slotMax ? slot : undefined
}

type Handed = readonly ('ignore' | number)[]

function withChannel(handed: Handed, slot: number, channel: number): Handed {
  const before = Array.from({ length: slot - 3 }, (_, i) => handed[i] ?? 'ignore')
  return [...before, channel, ...handed.slice(slot - 2)]
}

/** A command without what was handed down is better than none: where it cannot be had, it goes without. */
function spawnWith(
  file: string,
  words: readonly string[],
  options: SpawnOptions,
  [handedDown, nothing]: readonly [Handed, Handed],
  withOurs: (handed: Handed) => Handed,
): ChildProcess {
  const streams = ['inherit', 'inherit', 'inherit'] as const
  try {
    return spawn(file, words, { ...options, stdio: [...streams, ...withOurs(handedDown)] })
  } catch {
    return spawn(file, words, { ...options, stdio: [...streams, ...withOurs(nothing)] })
  }
}

/** What a shell calls not found; all else cannot be executed. */
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
  return { kind: 'not-started', exitCode: exitCode[why === 'missing' ? 'notFound' : 'cannotExecute'], error }
}
