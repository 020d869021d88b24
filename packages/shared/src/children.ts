import type { ChildProcess } from 'node:child_process'

/**
 * SIGKILL for a child that was started. One that could not be has no number, and until that is told Node sends its signal
 * to number 0, which is our own process group: the training, and the shell that it was started from.
 */
export function killChild(child: ChildProcess | undefined): void {
  if (child?.pid !== undefined) child.kill('SIGKILL')
}

const living = new WeakMap<AbortSignal, Set<ChildProcess>>()

/**
 * Kills the child when asked to, in place of the option `signal` of `spawn`, which is also for one that has no number.
 * One listener for all children of a signal: of more than ten Node warns, on the command's standard error.
 */
export function killWhen(asked: AbortSignal, child: ChildProcess): void {
  if (asked.aborted) return killChild(child)
  const children = living.get(asked) ?? new Set<ChildProcess>()
  if (!living.has(asked)) {
    living.set(asked, children)
    asked.addEventListener('abort', () => children.forEach(killChild), { once: true })
  }
  children.add(child)
  child.once('close', () => children.delete(child))
}
