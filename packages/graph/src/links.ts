import type { RankState, RunState } from './state.ts'
import { Tellers } from './tellers.ts'
import type { Undo } from './undo.ts'

/** Lists by their owner. Added last, removed first: as `Undo` takes back. */
class Lists {
  readonly #of = new Map<string, string[]>()

  add(undo: Undo, owner: string, key: string): void {
    undo.did(() => this.#remove(owner))
    this.load(owner, key)
  }

  load(owner: string, key: string): void {
    const known = this.#of.get(owner)
    if (known === undefined) this.#of.set(owner, [key])
    else known.push(key)
  }

  of(owner: string): readonly string[] {
    return this.#of.get(owner) ?? []
  }

  #remove(owner: string): void {
    const known = this.#of.get(owner)
    known?.pop()
    if (known?.length === 0) this.#of.delete(owner)
  }
}

/** What belongs to whom, the other way round. Follows from the state, so a snapshot does not hold it. */
export class Links {
  /** Shared things that a rank or context told of. */
  readonly told: Lists = new Lists()
  /** Artifacts of a rank, and of a context. */
  readonly files: Lists = new Lists()
  /** Process groups that a rank is in. */
  readonly groups: Lists = new Lists()
  /** Contexts of a process group. */
  readonly groupContexts: Lists = new Lists()
  /** Contexts inside a context. */
  readonly inner: Lists = new Lists()
  /** Machines that a rank's agent watches. */
  readonly watched: Lists = new Lists()
  /** Attempts of ranks on a machine. */
  readonly onHost: Lists = new Lists()
  /** Who told which parameter. */
  readonly tellers: Tellers = new Tellers()

  constructor(state: RunState) {
    for (const [key, shared] of state.shared) {
      for (const owner of shared.members.keys()) {
        this.told.load(owner, key)
        const rank = ownerRank(state, owner)
        if (shared.facts.type === 'param' && rank !== undefined)
          this.tellers.load(rank.attempt, owner, paramOf(key), key)
      }
    }
    for (const [key, { rankKey, contextKey }] of state.artifacts) {
      this.files.load(rankKey, key)
      if (contextKey !== undefined) this.files.load(contextKey, key)
    }
    for (const [key, { parent }] of state.contexts) if (parent !== undefined) this.inner.load(parent, key)
    for (const [key, group] of state.groups)
      for (const rank of group.members.keys()) this.groups.load(rank, key)
    for (const [key, { groupKey }] of state.groupContexts) this.groupContexts.load(groupKey, key)
    for (const [key, { watchers }] of state.hosts)
      for (const rank of watchers.keys()) this.watched.load(rank, key)
    for (const [key, { hostKey }] of state.ranks) if (hostKey !== undefined) this.onHost.load(hostKey, key)
  }
}

/** The key of a rank or of one of its contexts: which rank that is. */
export function rankKeyOf(state: RunState, owner: string): string {
  return state.contexts.get(owner)?.rankKey ?? owner
}

export function ownerRank(state: RunState, owner: string): RankState | undefined {
  return state.ranks.get(rankKeyOf(state, owner))
}

/** Keys of a parameter's values begin with the parameter's. */
export function valueKeyOf(paramKey: string, content: string): string {
  return `${paramKey}\n${content}`
}

export function paramOf(valueKey: string): string {
  return valueKey.slice(0, valueKey.lastIndexOf('\n'))
}
