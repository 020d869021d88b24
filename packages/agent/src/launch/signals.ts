import fs from 'node:fs'

const forwarded: readonly NodeJS.Signals[] = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
]
/** What the terminal itself sends to the whole foreground group: the worker has it already. */
const fromKeyboard: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT'])

/**
 * Passes signals on to the worker. While it listens, none of them ends this process.
 *
 * @param send gives the worker a signal
 * @returns stops listening
 */
export function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  const listeners = forwarded.map((signal) => {
    const listener = (): void => {
      if (fromKeyboard.has(signal) && inForeground()) return
      send(signal)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}

/** Whether our process group is the one that the keyboard's signals of a terminal go to (proc(5), `stat`). */
function inForeground(): boolean {
  try {
    const stat = fs.readFileSync('/proc/self/stat', 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [group, terminal, foreground] = [fields[2], fields[4], fields[5]]
    return terminal !== '0' && group === foreground
  } catch {
    return process.stdin.isTTY
  }
}
