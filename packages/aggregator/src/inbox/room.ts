import { limits } from '@provloom/shared'
import { Bell } from '../bell.ts'
import type { OpenRun } from '../run/open-run.ts'

/** Whether there is memory for more: nothing is received while too much waits to be stored, applied and in Parquet. */
export class Room {
  readonly #open: () => readonly OpenRun[]
  /** Something that waited has been taken in. */
  readonly #freed = new Bell()
  #waits = false
  #deaf = false
  #closed = false

  /** @param open the open runs */
  constructor(open: () => readonly OpenRun[]) {
    this.#open = open
  }

  /** Resolves when there is some. */
  async made(): Promise<void> {
    while (!this.#closed && this.#isFull) {
      this.#waits = this.#deaf = true
      await this.#freed.heard()
    }
    this.#waits = false
  }

  /** It may have become more. */
  freed(): void {
    this.#freed.ring()
  }

  /** Whether nothing was received for some time since this was asked last. */
  wasDeaf(): boolean {
    const deaf = this.#deaf
    this.#deaf = this.#waits
    return deaf
  }

  /** Nobody waits for it any more. */
  close(): void {
    this.#closed = true
    this.#freed.ring()
  }

  get #isFull(): boolean {
    const open = this.#open()
    if (open.some(({ isOverfull }) => isOverfull)) return true
    return open.reduce((sum, run) => sum + run.pendingBytes, 0) > limits.inFlightBytesMax
  }
}
