import { limits } from '@provloom/shared'
import type { RunState, SeriesState } from './state.ts'

/**
 * Which series a slot, a rank, a machine, a context and a metric have, and which are too many for the document. Follows
 * from the state, so a snapshot does not hold it.
 */
export class SeriesIndex {
  readonly #state: RunState
  readonly #bySlot: string[] = []
  readonly #byOwner = new Map<string, string[]>()
  /** In order of arrival. */
  readonly #places = new Map<string, number>()
  #logged = 0
  readonly #measured: string[] = []

  constructor(state: RunState) {
    this.#state = state
    for (const [key, series] of state.series) {
      this.add(key, series)
      for (const { slot } of series.slots) this.addSlot(slot, key)
    }
  }

  /** @returns a measurement that has no room in the document any more */
  add(key: string, { ownerKey, contextKey, metricKey }: SeriesState): string | undefined {
    this.#own(ownerKey, key)
    if (contextKey !== undefined) this.#own(contextKey, key)
    this.#own(`m${metricKey}`, key)
    const isMeasured = this.#isMeasured(metricKey)
    this.#places.set(key, isMeasured ? this.#measured.length : this.#logged)
    if (isMeasured) {
      this.#measured.push(key)
      return undefined
    }
    this.#logged++
    return this.#measured[limits.seriesInDocumentMax - this.#logged]
  }

  /** As if the series that was added last had never been. */
  remove(key: string, { ownerKey, contextKey, metricKey }: SeriesState): void {
    this.#disown(ownerKey, key)
    if (contextKey !== undefined) this.#disown(contextKey, key)
    this.#disown(`m${metricKey}`, key)
    this.#places.delete(key)
    if (this.#isMeasured(metricKey)) this.#measured.pop()
    else this.#logged--
  }

  /** The first that came are in the document, and measurements only where users' leave room. */
  isShown(key: string): boolean {
    const max = limits.seriesInDocumentMax
    if (this.#places.size <= max) return true
    const place = this.#places.get(key) ?? 0
    const isMeasured = this.#isMeasured(this.#state.series.get(key)?.metricKey ?? '')
    return place < (isMeasured ? max - this.#logged : max)
  }

  get leftOut(): number {
    return Math.max(0, this.#places.size - limits.seriesInDocumentMax)
  }

  /** A slot that is given again is that of the later series. */
  addSlot(slot: number, key: string): void {
    this.#bySlot[slot] = key
  }

  ofSlot(slot: number): string | undefined {
    return this.#bySlot[slot]
  }

  /** Of a rank, with those of its contexts; of a context; what is measured of a machine. */
  ofOwner(key: string): readonly string[] {
    return this.#byOwner.get(key) ?? []
  }

  ofMetric(metricKey: string): readonly string[] {
    return this.#byOwner.get(`m${metricKey}`) ?? []
  }

  #isMeasured(metricKey: string): boolean {
    return this.#state.metrics.get(metricKey)?.measures !== undefined
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
