/** Tells what happens to all who listen, in the order in which they began to. Listeners must not throw. */
export class Statuses<Status> {
  readonly #listeners = new Set<{ readonly tell: (status: Status) => void }>()

  readonly tell = (status: Status): void => {
    for (const { tell } of this.#listeners) tell(status)
  }

  /** @returns ends it */
  listen(tell: (status: Status) => void): () => void {
    const listener = { tell }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
