import type { Lsn } from '@provloom/shared'

interface Waiting<T> {
  readonly item: T
  readonly position: Lsn
  readonly bytes: number
}

/** Ingestion goes on while entries are applied: after this long the event loop gets its turn. */
const sliceMs = 8
/** More than this synced and not applied, and the journal waits. */
const bytesMax = 64 * 1024 * 1024

/** Applies journal entries in order, in slices of time. */
export class ApplyQueue<T> {
  readonly #apply: (item: T, position: Lsn) => void
  #waiting: Waiting<T>[] = []
  #bytes = 0
  #running: Promise<void> | undefined

  constructor(apply: (item: T, position: Lsn) => void) {
    this.#apply = apply
  }

  /** Bytes of entries that wait. */
  get bytes(): number {
    return this.#bytes
  }

  push(item: T, position: Lsn, bytes: number): void {
    this.#waiting.push({ item, position, bytes })
    this.#bytes += bytes
    this.#running ??= this.#drain()
  }

  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (this.#bytes > bytesMax && this.#running !== undefined) await nextTurn()
  }

  async #drain(): Promise<void> {
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const taken = this.#waiting
      this.#waiting = []
      let sliceBegan = performance.now()
      for (const one of taken) {
        this.#apply(one.item, one.position)
        this.#bytes -= one.bytes
        if (performance.now() - sliceBegan < sliceMs) continue
        await nextTurn()
        sliceBegan = performance.now()
      }
    }
    this.#running = undefined
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
