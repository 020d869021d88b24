/** Work of ours holds the event loop no longer than this; then receiving, acknowledging and timers get their turn. */
export const sliceMs = 2

/** Does work that yields between small steps, as many of them in a turn of the event loop as a slice of time holds. */
export async function inSlices<R>(work: Generator<void, R>): Promise<R> {
  for (;;) {
    const began = performance.now()
    while (performance.now() - began < sliceMs) {
      const step = work.next()
      if (step.done === true) return step.value
    }
    await nextTurn()
  }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
