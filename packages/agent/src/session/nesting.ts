import type { Event } from '@provloom/shared'

/** Contexts of a session beyond these are not looked at. */
const contextsMax = 4_096

/**
 * Which context is inside which, as the graph takes it in: the first parent that is said, if that is not inside. What the
 * aggregator finds wrong no client hears of, so it is found here too, to be told.
 */
export class Nesting {
  readonly #parents = new Map<string, string>()
  readonly #told = new Set<string>()

  /** @returns what is wrong with it, once */
  note(event: Event): readonly string[] {
    if (event.type !== 'context' || event.parent === undefined || this.#parents.has(event.name)) return []
    const { name, parent } = event
    if (!this.#isInside(parent, name)) {
      if (this.#parents.size < contextsMax) this.#parents.set(name, parent)
      return []
    }
    const message = `context ${name} cannot be inside ${parent}, which is inside it`
    if (this.#told.has(message) || this.#told.size >= contextsMax) return []
    this.#told.add(message)
    return [message]
  }

  #isInside(context: string, outer: string): boolean {
    for (let one: string | undefined = context; one !== undefined; one = this.#parents.get(one))
      if (one === outer) return true
    return false
  }
}
