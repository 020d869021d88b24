import type { RunState, SeriesState } from './state.ts'

/**
 * Which series a slot, a rank, a context and a metric have. Follows from the state, so a snapshot does not hold it.
 */
export class SeriesIndex {
  readonly #bySlot: string[] = []
  readonly #byOwner = new Map<string, string[]>()

  constructor(state: RunState) {
    for (const [key, series] of state.series) {
      this.add(key, series)
      for (const { slot } of series.slots) this.addSlot(slot, key)
    }
  }

  add(key: string, { rankKey, contextKey, metricKey }: SeriesState): void {
    this.#own(`r${rankKey}`, key)
    if (contextKey !== undefined) this.#own(`c${contextKey}`, key)
    this.#own(`m${metricKey}`, key)
  }

  /** As if the series that was added last had never been. */
  remove(key: string, { rankKey, contextKey, metricKey }: SeriesState): void {
    this.#disown(`r${rankKey}`, key)
    if (contextKey !== undefined) this.#disown(`c${contextKey}`, key)
    this.#disown(`m${metricKey}`, key)
  }

  /** A slot that is given again is that of the later series. */
  addSlot(slot: number, key: string): void {
    this.#bySlot[slot] = key
  }

  ofSlot(slot: number): string | undefined {
    return this.#bySlot[slot]
  }

  ofRank(rankKey: string): readonly string[] {
    return this.#byOwner.get(`r${rankKey}`) ?? []
  }

  ofContext(contextKey: string): readonly string[] {
    return this.#byOwner.get(`c${contextKey}`) ?? []
  }

  ofMetric(metricKey: string): readonly string[] {
    return this.#byOwner.get(`m${metricKey}`) ?? []
  }

  #own(owner: string, key: string): void {
    const known = this.#byOwner.get(owner)
    if (known === undefined) this.#byOwner.set(owner, [key])
    else known.push(key)
  }

  #disown(owner: string, key: string): void {
    const known = this.#byOwner.get(owner)
    if (known?.at(-1) === key) known.pop()
    if (known?.length === 0) this.#byOwner.delete(owner)
  }
}
