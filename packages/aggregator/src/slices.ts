import { setTimeout } from 'node:timers/promises'

/** Work of ours holds the event loop no longer than this; then receiving, acknowledging and timers get their turn. */
export const sliceMs = 2

/** Between two slices of work that nobody waits for: on a busy machine two thirds of the time are for others. */
const breathMs = 4

/**
 * Does work that yields between small steps, as many of them in a turn of the event loop as a slice of time holds.
 *
 * @param hasTime asked between slices: whether to leave the processor to others for a moment
 */
export async function inSlices<R>(work: Generator<void, R>, hasTime: () => boolean): Promise<R> {
  for (;;) {
    const began = performance.now()
    while (performance.now() - began < sliceMs) {
      const step = work.next()
      if (step.done === true) return step.value
    }
    await (hasTime() ? setTimeout(breathMs) : nextTurn())
  }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
