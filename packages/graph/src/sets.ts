import type { Links } from './links.ts'
import { ownerRank, paramOf } from './links.ts'
import { longHash } from './name.ts'
import type { RunState } from './state.ts'

/** A list of parameters that ranks told alike. */
export interface ParameterSet {
  readonly id: string
  /** Keys of the values, by their identifiers. */
  readonly values: readonly string[]
  /** Ranks and contexts whose list it is. */
  readonly owners: Set<string>
}

/**
 * The parameter sets: of each rank, and each of its contexts, what it told alike with every rank of its attempt that told
 * the same parameter. Ranks with the same list share a set, which is named by the list. Made from the state alone.
 */
export class SetBook {
  readonly #sets = new Map<string, ParameterSet>()
  readonly #ofOwner = new Map<string, string>()
  readonly #state: RunState
  readonly #links: Links

  constructor(state: RunState, links: Links) {
    this.#state = state
    this.#links = links
  }

  /** Looks at an owner's list again. @returns keys of sets that changed */
  refresh(owner: string): readonly string[] {
    const values = this.#valuesOf(owner)
    const id = values.length === 0 ? undefined : `params.${longHash(this.#idsOf(values).join('\n'))}`
    const before = this.#ofOwner.get(owner)
    if (before === id) return []
    const changed: string[] = []
    if (before !== undefined) {
      this.#leave(owner, before)
      changed.push(before)
    }
    if (id === undefined) return changed
    const set = this.#sets.get(id) ?? { id, values, owners: new Set() }
    this.#sets.set(id, set)
    set.owners.add(owner)
    this.#ofOwner.set(owner, id)
    changed.push(id)
    return changed
  }

  of(owner: string): ParameterSet | undefined {
    return this.find(this.#ofOwner.get(owner) ?? '')
  }

  find(id: string): ParameterSet | undefined {
    return this.#sets.get(id)
  }

  ids(): Iterable<string> {
    return this.#sets.keys()
  }

  #leave(owner: string, id: string): void {
    this.#ofOwner.delete(owner)
    const set = this.#sets.get(id)
    set?.owners.delete(owner)
    if (set?.owners.size === 0) this.#sets.delete(id)
  }

  #valuesOf(owner: string): string[] {
    const rank = ownerRank(this.#state, owner)
    if (rank === undefined || !rank.settled) return []
    const values = this.#links.told
      .of(owner)
      .filter((key) => isInSet(this.#state, this.#links, rank.attempt, key))
    return values.sort((a, b) => (this.#idOf(a) < this.#idOf(b) ? -1 : 1))
  }

  #idsOf(values: readonly string[]): string[] {
    return values.map((key) => this.#idOf(key))
  }

  #idOf(key: string): string {
    return this.#state.shared.get(key)?.id ?? key
  }
}

/** Whether a value that a rank told is in its set, and not used directly. */
export function isInSet(state: RunState, { tellers }: Links, attempt: number, key: string): boolean {
  const shared = state.shared.get(key)
  return (
    shared?.facts.type === 'param' &&
    shared.direction === 'input' &&
    tellers.isAlike(attempt, paramOf(key), key)
  )
}
