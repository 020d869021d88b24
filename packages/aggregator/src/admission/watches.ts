/** A session that may watch its machine, as far as it has to be known for that. */
export interface Watcher {
  readonly session: string
  readonly run: object
  readonly hostId: string
  /** It is spoken with, goes on, and its agent has said that it can. */
  readonly canWatch: boolean
}

/**
 * Which session watches its machine for a run: one at a time, by boot id, the first that is spoken with there and then
 * whoever is heard first once that one has gone. It is looked up whenever one of them is heard (its hello, its
 * heartbeats), so that nobody has to say that it leaves, and nothing of it need be written down: after a restart the
 * first that is heard is granted it, and the others are told that they are not.
 */
export class Watches {
  readonly #find: (session: string) => Watcher | undefined
  /** The session that was granted it, by machine. */
  readonly #granted = new WeakMap<object, Map<string, string>>()

  /** @param find a session that is known still */
  constructor(find: (session: string) => Watcher | undefined) {
    this.#find = find
  }

  /** Whether it is this one's; where it is nobody's it is now. */
  isGranted(asks: Watcher): boolean {
    if (!asks.canWatch) return false
    const ofRun = this.#granted.get(asks.run) ?? new Map<string, string>()
    const holder = this.#find(ofRun.get(asks.hostId) ?? asks.session)
    const isOthers = holder !== undefined && holder.session !== asks.session
    // It may be known of another run by now.
    if (isOthers && holder.canWatch && holder.run === asks.run) return false
    this.#granted.set(asks.run, ofRun.set(asks.hostId, asks.session))
    return true
  }
}
