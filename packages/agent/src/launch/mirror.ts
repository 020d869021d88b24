import os from 'node:os'
import type { CommandEnd } from './command.ts'

/** Signals that leave a core file: once is enough, so they are told by exit code. */
const leavesCore: ReadonlySet<string> = new Set([
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
])

/** The exit code a shell would show for it: the command's own, or 128 + the signal's number. */
export function exitCodeOf(end: CommandEnd): number {
  return end.kind === 'exited' ? end.code : 128 + (os.constants.signals[end.signal] ?? 0)
}

/**
 * Ends this process as the command ended: by the same exit code, or by the same signal, so that launchers and shells
 * see what they would have seen without us. To be called last.
 */
export function mirrorEnd(end: CommandEnd): void {
  process.exitCode = exitCodeOf(end)
  if (end.kind === 'killed' && !leavesCore.has(end.signal)) {
    process.removeAllListeners(end.signal)
    process.kill(process.pid, end.signal)
    // A signal that this process ignores (SIGPIPE) ends it by its code instead.
    setTimeout(() => process.exit(), 100)
    return
  }
  process.exit()
}
