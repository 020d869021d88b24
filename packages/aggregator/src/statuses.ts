import type { StatusListener } from './status.ts'

/** Tells what happens to all who listen, in the order in which they began to. */
export class Statuses {
  readonly #listeners = new Set<{ readonly tell: StatusListener }>()

  readonly tell: StatusListener = (status) => {
    for (const { tell } of this.#listeners) tell(status)
  }

  /** @returns ends it */
  listen(tell: StatusListener): () => void {
    const listener = { tell }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
