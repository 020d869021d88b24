import fs from 'node:fs'
import { exitCodeOfSignal, leavesCore } from '@provloom/shared'
import type { CommandEnd } from './command.ts'

/** The exit code a shell would show for it: the command's own, or 128 + the signal's number. */
export function exitCodeOf(end: CommandEnd): number {
  return end.kind === 'exited' ? end.code : exitCodeOfSignal(end.signal)
}

/**
 * Ends this process as the command ended: by the same exit code, or by the same signal, so that launchers and shells
 * see what they would have seen without us. A second core file is not left: where the signal would do that, it is told
 * by exit code. To be called last.
 */
export function mirrorEnd(end: CommandEnd): void {
  process.exitCode = exitCodeOf(end)
  if (end.kind === 'killed' && !(leavesCore(end.signal) && coresAreKept())) {
    dieOf(end.signal)
    // One that cannot end this process does so by its code.
    setTimeout(() => process.exit(), 100)
    return
  }
  process.exit()
}

function dieOf(signal: NodeJS.Signals): void {
  try {
    // Back to its default, also where Node ignores it (SIGPIPE): that is what libuv leaves behind its last listener.
    process.on(signal, () => {})
  } catch {
    // SIGKILL has no other.
  }
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

/** Whether a process that dies of such a signal would leave something behind: a file, or a program's report. */
function coresAreKept(): boolean {
  try {
    const limit = /^Max core file size\s+(\S+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return limit !== '0' || fs.readFileSync('/proc/sys/kernel/core_pattern', 'latin1').startsWith('|')
  } catch {
    return true
  }
}
