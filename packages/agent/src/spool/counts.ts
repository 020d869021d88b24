/** What a stream's writer counts beside its records. */
export interface Counts {
  /** Counts drops. @returns how many there were of this reason, these included */
  add(reason: string, many?: number): number
  /** How many were dropped for each reason. */
  readonly drops: ReadonlyMap<string, number>
  /** Whether they lie where the agent looks for them. */
  isThere(): boolean
  /** Writes them there, whole. */
  make(): void
}

/** The agent's own: it says them itself, at the end of a session. */
export class CountsInMemory implements Counts {
  readonly #drops = new Map<string, number>()

  get drops(): ReadonlyMap<string, number> {
    return this.#drops
  }

  add(reason: string, many = 1): number {
    const count = (this.#drops.get(reason) ?? 0) + many
    this.#drops.set(reason, count)
    return count
  }

  isThere(): boolean {
    return true
  }

  make(): void {}
}
