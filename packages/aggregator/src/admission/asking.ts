import type { Clock, Hello } from '@provloom/shared'
import type { Peer } from '../inbox/inbox.ts'

/** Sessions whose first hello is remembered. */
const askedMax = 65_536

/** Who asks to be let in, and for how long by now. */
export class Asking {
  readonly #clock: Clock
  readonly #onDecided: () => void
  /** When a session first asked: a holder that is heard after it lives. */
  readonly #sinceMs = new Map<string, number>()
  /** Hellos that are being decided, by session and peer: one that is said again meanwhile is the same. */
  readonly #deciding = new Set<string>()

  /** @param onDecided somebody has been let in, or not */
  constructor(clock: Clock, onDecided: () => void) {
    this.#clock = clock
    this.#onDecided = onDecided
  }

  /** Somebody is about to be let in, or not. */
  get isDeciding(): boolean {
    return this.#deciding.size > 0
  }

  /** Decides about a hello, unless that is being done. */
  async once(peer: Peer, { session }: Hello, decide: () => Promise<void>): Promise<void> {
    const asked = `${session} ${peer.name}`
    if (this.#deciding.has(asked)) return
    this.#deciding.add(asked)
    try {
      await decide()
    } finally {
      this.#deciding.delete(asked)
      this.#onDecided()
    }
  }

  /** Since it first asked. */
  waitedMs({ session }: Hello): number {
    const now = this.#clock.monotonicMs()
    const firstMs = this.#sinceMs.get(session) ?? now
    if (this.#sinceMs.size > askedMax) this.#sinceMs.clear()
    this.#sinceMs.set(session, firstMs)
    return now - firstMs
  }

  /** It was let in. */
  answered({ session }: Hello): void {
    this.#sinceMs.delete(session)
  }
}
