/** What goes into the journal, as far as it matters here; an entry of our own has no stream. */
export interface Weighed {
  readonly bytes: number
  readonly session?: string
  readonly stream?: string
  /** The first record behind it. */
  readonly end?: number
}

interface Failed {
  readonly end: number
  readonly bytes: number
}

/**
 * What could not be written and has not been since. A disk that has no room for an envelope may have some for a short
 * entry: only what failed, or what is as large, shows when it is written that the journal can be written again.
 */
export class Unwritten {
  /** By session and stream. */
  readonly #streams = new Map<string, Map<string, Failed>>()
  /** The largest that nobody sends again. */
  #bytes = 0

  failed(items: readonly Weighed[]): void {
    for (const { bytes, session, stream, end = 0 } of items) {
      if (session === undefined || stream === undefined) {
        this.#bytes = Math.max(this.#bytes, bytes)
        continue
      }
      const streams = this.#streams.get(session) ?? new Map<string, Failed>()
      const before = streams.get(stream) ?? { end: 0, bytes: 0 }
      streams.set(stream, { end: Math.max(end, before.end), bytes: Math.max(bytes, before.bytes) })
      this.#streams.set(session, streams)
    }
  }

  /** @returns whether nothing is left of what had failed */
  written(items: readonly Weighed[]): boolean {
    for (const { bytes, session, stream, end = 0 } of items) {
      if (bytes >= this.#bytes) this.#bytes = 0
      if (session === undefined || stream === undefined) continue
      const streams = this.#streams.get(session)
      if (streams === undefined || end < (streams.get(stream)?.end ?? 0)) continue
      streams.delete(stream)
      if (streams.size === 0) this.#streams.delete(session)
    }
    return this.#streams.size === 0 && this.#bytes === 0
  }

  /** Nothing of this session is sent again. */
  forget(session: string): void {
    for (const { bytes } of this.#streams.get(session)?.values() ?? [])
      this.#bytes = Math.max(this.#bytes, bytes)
    this.#streams.delete(session)
  }
}
