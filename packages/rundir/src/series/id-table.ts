/** Ids below this are looked up by place. Writers number their series from 0. */
const denseMax = 65_536

/** Numbers by a stream's own ids of series: a look-up for every row, so it is by place where ids are small, as they are. */
export class IdTable {
  #dense = new Int32Array(16).fill(-1)
  readonly #sparse = new Map<number, number>()
  #size = 0

  get size(): number {
    return this.#size
  }

  has(id: number): boolean {
    return this.get(id) >= 0
  }

  /** -1 for an id that is not known. */
  get(id: number): number {
    if (id < this.#dense.length) return this.#dense[id]!
    return this.#sparse.get(id) ?? -1
  }

  /** A new id. */
  set(id: number, number: number): void {
    this.#size++
    if (id >= denseMax) {
      this.#sparse.set(id, number)
      return
    }
    if (id >= this.#dense.length) {
      const wider = new Int32Array(Math.min(denseMax, Math.max(id + 1, this.#dense.length * 2))).fill(-1)
      wider.set(this.#dense)
      this.#dense = wider
    }
    this.#dense[id] = number
  }
}
