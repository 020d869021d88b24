import type { Connection } from '@provloom/shared'
import { Peer, points, series } from './peer.ts'

/** How a rank fared while something else went on. */
export interface Fare {
  readonly logs: number
  readonly slowestMs: number
  readonly medianMs: number
}

/** A real rank that logs all the time and waits for each acknowledgement: it shows whether the others are still served. */
export class SteadyRank {
  readonly #peer: Peer
  readonly #waits: number[] = []
  readonly #watchers: { due: number; tell: () => void }[] = []
  #running = true
  #logs = 0
  #done: Promise<void> | undefined

  constructor(connection: Connection, rank = 0, worldSize = 1) {
    this.#peer = new Peer(connection, { rank, worldSize, jobKey: 'steady' })
  }

  async begin(): Promise<void> {
    await this.#peer.welcome()
    await this.#peer.store('w', 0, [series(0, 'loss')])
    this.#done = this.#log()
  }

  get logs(): number {
    return this.#logs
  }

  /** Comes back when an envelope sent after now was acknowledged: the one under way, and one more. */
  async served(): Promise<void> {
    const due = this.#waits.length + 2
    const served = new Promise<void>((tell) => this.#watchers.push({ due, tell }))
    await Promise.race([served, this.#done])
  }

  /** Says bye, and tells how it was. */
  async end(): Promise<Fare> {
    this.#running = false
    await this.#done
    await this.#peer.bye()
    const sorted = this.#waits.toSorted((a, b) => a - b)
    return {
      logs: this.#logs,
      slowestMs: Math.round(sorted.at(-1) ?? 0),
      medianMs: Math.round((sorted[sorted.length >> 1] ?? 0) * 10) / 10,
    }
  }

  async #log(): Promise<void> {
    while (this.#running) {
      this.#waits.push(await this.#peer.store('w', 1 + this.#logs, [], points(0, this.#logs, 10)))
      this.#logs += 10
      while (this.#watchers[0] && this.#watchers[0].due <= this.#waits.length) this.#watchers.shift()!.tell()
    }
  }
}
