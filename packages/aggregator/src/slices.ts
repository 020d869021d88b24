import { setTimeout } from 'node:timers/promises'

/** Work of ours holds the event loop no longer than this; then receiving, acknowledging and timers get their turn. */
const sliceMs = 2

/** Between two slices of long work that nobody waits for: on a busy machine two thirds of the time are for others. */
const breathMs = 4
/** Work of no more slices is not long. */
const shortSlices = 8

/** A slice of time, from now on: who does many small steps looks after each whether it is the turn of others. */
export class Slice {
  #beganMs: number = performance.now()

  get isOver(): boolean {
    return performance.now() - this.#beganMs >= sliceMs
  }

  /** The next one, when others have had their turn. */
  begin(): void {
    this.#beganMs = performance.now()
  }
}

/**
 * Does work that yields between small steps, as many of them in a turn of the event loop as a slice of time holds.
 *
 * @param hasTime asked between slices of long work: whether to leave the processor to others for a moment
 */
export async function inSlices<R>(work: Generator<void, R>, hasTime: () => boolean): Promise<R> {
  const slice = new Slice()
  for (let slices = 1; ; slices++) {
    slice.begin()
    do {
      const step = work.next()
      if (step.done === true) return step.value
    } while (!slice.isOver)
    await (slices >= shortSlices && hasTime() ? setTimeout(breathMs) : nextTurn())
  }
}

/** The same work; `meter.heldMs` tells how long its steps took together. */
export function* metered<R>(work: Generator<void, R>, meter: { heldMs: number }): Generator<void, R> {
  for (;;) {
    const began = performance.now()
    const step = work.next()
    meter.heldMs += performance.now() - began
    if (step.done === true) return step.value
    yield
  }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
