import { limits, lsn } from '@provloom/shared'
import type { Lsn, SegmentLog } from '@provloom/shared'

export interface JournalOptions<T> {
  readonly log: SegmentLog
  /** Synced: `items` have the positions `first`, `first + 1`, ... Must not throw. */
  readonly onCommit: (items: readonly T[], first: Lsn) => void
  /** Not written; neither is anything that was queued behind it. Must not throw. */
  readonly onFailure: (items: readonly T[], error: unknown) => void
  /** Resolves when what was committed before has been taken in far enough for more. */
  readonly room: () => Promise<void>
}

interface Queued<T> {
  readonly item: T
  readonly chunks: readonly Uint8Array[]
  readonly bytes: number
}

/** A commit is no larger, so that who waits for it waits no longer than for the largest record. */
const batchBytesMax = limits.recordBytesMax
const batchRecordsMax = 1024

/**
 * A run's journal with group commit: what is submitted while a sync runs shares the next one. After a failure
 * everything queued is given back, because a record may only follow its predecessor.
 */
export class Journal<T> {
  readonly #options: JournalOptions<T>
  #queue: Queued<T>[] = []
  #bytes = 0
  #running: Promise<void> | undefined

  constructor(options: JournalOptions<T>) {
    this.#options = options
  }

  /** Bytes that wait to be written or are being written. */
  get bytes(): number {
    return this.#bytes
  }

  submit(item: T, chunks: readonly Uint8Array[]): void {
    let bytes = 0
    for (const chunk of chunks) bytes += chunk.length
    this.#queue.push({ item, chunks, bytes })
    this.#bytes += bytes
    this.#running ??= this.#commitAll()
  }

  /** Resolves when nothing waits to be written. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #commitAll(): Promise<void> {
    // Everything that arrives in this turn of the event loop shares the first sync.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0) {
      await this.#options.room()
      const batch = this.#take()
      try {
        const first = await this.#options.log.commit(batch.map((one) => one.chunks))
        for (const one of batch) this.#bytes -= one.bytes
        this.#options.onCommit(
          batch.map((one) => one.item),
          lsn(first),
        )
      } catch (error) {
        const lost = [...batch, ...this.#queue]
        this.#queue = []
        this.#bytes = 0
        this.#options.onFailure(
          lost.map((one) => one.item),
          error,
        )
      }
    }
    this.#options.log.rest()
    this.#running = undefined
  }

  #take(): Queued<T>[] {
    let bytes = 0
    let count = 0
    for (const one of this.#queue) {
      bytes += one.bytes
      if (count > 0 && (bytes > batchBytesMax || count >= batchRecordsMax)) break
      count++
    }
    return this.#queue.splice(0, count)
  }
}
