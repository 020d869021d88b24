type ByContext = Map<string | undefined, Map<string | undefined, number>>

/** The numbers of a stream's series, by key, context and source: no text is made for each point. */
export class SeriesNumbers {
  readonly #byKey = new Map<string, ByContext>()
  #count = 0

  /** How many there are: the number of the next one. */
  get count(): number {
    return this.#count
  }

  get(key: string, context: string | undefined, source: string | undefined): number | undefined {
    return this.#byKey.get(key)?.get(context)?.get(source)
  }

  /** @returns the number of a series that was not there */
  add(key: string, context: string | undefined, source: string | undefined): number {
    const ofKey: ByContext = this.#byKey.get(key) ?? new Map()
    const ofContext = ofKey.get(context) ?? new Map<string | undefined, number>()
    this.#byKey.set(key, ofKey.set(context, ofContext.set(source, this.#count)))
    return this.#count++
  }
}
