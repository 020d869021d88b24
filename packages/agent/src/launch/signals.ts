import { dutyOf, listen, processStart, signalNumber, signalsThat } from '@provloom/shared'
import { watchGroup } from './group-watch.ts'

/** Who gets the signals that come to this process. */
export interface SignalTarget {
  /** Whether it runs, so that it has a signal for our whole process group already. */
  there(): boolean
  /** Where it does not run yet, it gets the signal when it does. */
  send(signal: NodeJS.Signals): void
  /** Whether it was stopped, as by Ctrl-Z. */
  stopped(): boolean
}

/** A command may have something to do before it stops, and one that is wrapped as well finds out first whose it is. */
const stopsWithinMs = 10_000
/** At first, and then ever less often. */
const lookEveryMs = 10
/** Signals that ask for the end, each so soon after the one before, are one request. */
const oneRequestMs = 1_000

/**
 * Passes signals on, each once: not those that went to our whole process group. While it listens, none of them ends this
 * process; Ctrl-Z stops it, and `fg` lets it go on, when it does so with the command.
 *
 * @param ending told of every signal that asks for the end, whoever it was sent to; not of those that are to be ignored.
 *   `fresh` unless it follows another one at once: launchers send several for one end
 * @returns stops listening
 */
export function forwardSignals(
  target: SignalTarget,
  ending: (fresh: boolean) => void = () => {},
): () => void {
  let lastMs = -Infinity
  const forwarded = signalsThat('end', 'quit', 'notice', 'pause')
  const { ignored } = processStart()
  const group = watchGroup(forwarded)
  async function passOn(signal: NodeJS.Signals): Promise<void> {
    if (!target.there() || !(await group.sentToGroup(signal))) target.send(signal)
    if (signal === 'SIGTSTP') await stopWith(target)
  }
  const stop = listen(forwarded, (signal) => {
    const duty = dutyOf(signal)
    if ((duty === 'end' || duty === 'quit') && !ignored.includes(signalNumber(signal) ?? 0)) {
      const now = performance.now()
      ending(now - lastMs > oneRequestMs)
      lastMs = now
    }
    void passOn(signal)
  })
  return () => {
    group.stop()
    stop()
  }
}

/** Who waits for us, a shell say, is to see us stopped when the command is; SIGCONT wakes both. */
async function stopWith(target: SignalTarget): Promise<void> {
  const until = performance.now() + stopsWithinMs
  for (let waitMs = lookEveryMs; performance.now() < until; waitMs *= 1.1) {
    if (target.stopped()) {
      process.kill(process.pid, 'SIGSTOP')
      return
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}
