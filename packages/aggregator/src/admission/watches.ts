/** A session that may watch its machine, as far as it has to be known for that. */
export interface Watcher {
  readonly session: string
  readonly run: object
  readonly hostId: string
  /** It is spoken with, goes on, and its agent has said that it can. */
  readonly canWatch: boolean
  /** Its agent has said that it does: an aggregator before this one has asked it to. */
  readonly didWatch: boolean
  /** It began by itself, where nobody had answered yet. */
  readonly hasBegun: boolean
}

export interface WatchesParts<Session extends Watcher> {
  /** A session that is known still. */
  readonly find: (session: string) => Session | undefined
  /** Another session of its run may be about to come back, to an aggregator that has just begun, and watch the machine already. */
  readonly isAwaited: (asks: Session) => boolean
}

/**
 * Which session watches its machine for a run: one at a time, by boot id, the first that is spoken with there and then
 * whoever is heard first once that one has gone. Who has begun before anybody answered is preferred to who merely can: what it has counted goes on. It is looked up whenever one of them is heard (its hello, its
 * heartbeats), so that nobody has to say that it leaves, and nothing of it need be written down: after a restart whoever
 * watched says so and goes on, and nobody else is asked to before it could.
 */
export class Watches<Session extends Watcher> {
  readonly #parts: WatchesParts<Session>
  /** The session that was granted it, by machine. */
  readonly #granted = new WeakMap<object, Map<string, string>>()

  constructor(parts: WatchesParts<Session>) {
    this.#parts = parts
  }

  /** Whether it was granted to this one last, who may go on or not. */
  holds({ run, hostId, session }: Session): boolean {
    return this.#granted.get(run)?.get(hostId) === session
  }

  /** Whether it is this one's; where it is nobody's it is now, and where this one had begun before its holder was asked to. */
  isGranted(asks: Session): boolean {
    if (!asks.canWatch) return false
    const ofRun = this.#granted.get(asks.run) ?? new Map<string, string>()
    const holder = ofRun.get(asks.hostId)
    if (holder === asks.session) return true
    const known = this.#watching(holder, asks.run)
    if (known !== undefined && (!asks.hasBegun || known.hasBegun || known.didWatch)) return false
    if (!asks.didWatch && this.#parts.isAwaited(asks)) return false
    this.#granted.set(asks.run, ofRun.set(asks.hostId, asks.session))
    return true
  }

  /** It may be known of another run by now. */
  #watching(session: string | undefined, run: object): Session | undefined {
    const known = session === undefined ? undefined : this.#parts.find(session)
    return known?.canWatch === true && known.run === run ? known : undefined
  }
}
