import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../bin/provloom.js', import.meta.url))

/** The argv that starts this `provloom` again, with `args`. */
export function selfCommand(args: readonly string[]): string[] {
  return [process.execPath, entry, ...args]
}

/** Starts this `provloom` again, as a process of its own. */
export function spawnSelf(args: readonly string[], options: SpawnOptions): ChildProcess {
  const [command = process.execPath, ...rest] = selfCommand(args)
  return spawn(command, rest, options)
}

/** How a child ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Resolves when the child has ended, also when it could not be started. */
export function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: 127, signal: null }))
  })
}

/** The exit code a shell would show: 128 + n for a signal. */
export function codeOf(ending: Ending): number {
  if (ending.code !== null) return ending.code
  return 128 + (signalNumbers[ending.signal ?? 'SIGKILL'] ?? 9)
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
}

/** Folder that makes `import provloom` work in a worker without pip: beside us when installed, in the repository otherwise. */
export function pythonPath(): string {
  const installed = fileURLToPath(new URL('../../python', import.meta.url))
  const repository = fileURLToPath(new URL('../../../../clients/python', import.meta.url))
  return path.basename(path.dirname(path.dirname(installed))) === 'node_modules' ? installed : repository
}
