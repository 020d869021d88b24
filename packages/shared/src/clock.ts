/** The clock seam: wall time for facts, monotonic time for waiting, timers for components. */
export interface Clock {
  /** Microseconds since the Unix epoch, UTC. */
  nowUs(): number
  /** Milliseconds on a clock that never jumps. */
  monotonicMs(): number
  /** Runs `task` once after `delayMs`; the returned function cancels. Timers do not keep the process alive. */
  after(delayMs: number, task: () => void): () => void
}

export function systemClock(): Clock {
  return {
    nowUs: () => Date.now() * 1000,
    monotonicMs: () => performance.now(),
    after(delayMs, task) {
      const timer = setTimeout(task, delayMs)
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
