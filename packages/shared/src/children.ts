import type { ChildProcess } from 'node:child_process'

/**
 * SIGKILL for a child that was started. One that could not be has no number, and until that is told Node sends its signal
 * to number 0, which is our own process group: the training, and the shell that it was started from.
 */
export function killChild(child: ChildProcess | undefined): void {
  if (child?.pid !== undefined) child.kill('SIGKILL')
}

/** Kills the child when asked to, in place of the option `signal` of `spawn`, which is also for one that has no number. */
export function killWhen(asked: AbortSignal, child: ChildProcess): void {
  const kill = (): void => killChild(child)
  if (asked.aborted) return kill()
  asked.addEventListener('abort', kill, { once: true })
  child.once('close', () => asked.removeEventListener('abort', kill))
}
