import { watchGroup } from './group-watch.ts'

const forwarded: readonly NodeJS.Signals[] = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
]

/**
 * Passes signals on to the worker, each once: not those that went to our whole process group. While it listens, none
 * of them ends this process.
 *
 * @param send gives the worker a signal
 * @param came told of every signal, whoever it was sent to
 * @returns stops listening
 */
export function forwardSignals(
  send: (signal: NodeJS.Signals) => void,
  came: (signal: NodeJS.Signals) => void,
): () => void {
  const group = watchGroup(forwarded)
  const listeners = forwarded.map((signal) => {
    const listener = (): void => {
      came(signal)
      void group.sentToGroup(signal).then((known) => {
        if (!known) send(signal)
      })
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return () => {
    group.stop()
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}
