import { limits } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import { Bell } from '../bell.ts'
import { Slice, inSlices, nextTurn } from '../slices.ts'

interface Waiting<T> {
  readonly item: T
  readonly position: Lsn
  readonly bytes: number
}

/** With so much waiting to be applied no work takes its time. */
const hurryBytes = 8 * 1024 * 1024

/** Applies journal entries in order, in slices of time. */
export class ApplyQueue<T> {
  readonly #apply: (item: T, position: Lsn) => void
  readonly #onRoom: () => void
  readonly #less = new Bell()
  #waiting: Waiting<T>[] = []
  #bytes = 0
  #running: Promise<void> | undefined
  #still: Promise<unknown> | undefined

  /** @param onRoom called when something has been applied */
  constructor(apply: (item: T, position: Lsn) => void, onRoom: () => void) {
    this.#apply = apply
    this.#onRoom = onRoom
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
    while (this.#bytes > limits.applyingBytesMax) await this.#less.heard()
  }

  /**
   * Does `work` a slice of time after the other, and applies nothing from now until its end: it sees one state, while
   * entries are received, journaled and acknowledged as before.
   *
   * @param hasTime whether nobody waits for the work; it hurries all the same when many entries wait
   */
  async still<R>(work: Generator<void, R>, hasTime: () => boolean): Promise<R> {
    const before = this.#still
    const done = (async () => {
      await before
      return inSlices(work, () => hasTime() && this.#bytes < hurryBytes)
    })()
    const held = done.catch(() => {})
    this.#still = held
    try {
      return await done
    } finally {
      if (this.#still === held) this.#still = undefined
    }
  }

  async #drain(): Promise<void> {
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const taken = this.#waiting
      this.#waiting = []
      const slice = new Slice()
      for (const one of taken) {
        while (this.#still !== undefined) {
          await this.#still
          slice.begin()
        }
        this.#apply(one.item, one.position)
        this.#bytes -= one.bytes
        this.#less.ring()
        this.#onRoom()
        if (!slice.isOver) continue
        await nextTurn()
        slice.begin()
      }
    }
    this.#running = undefined
  }
}
