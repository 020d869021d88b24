import { isHint } from '@provloom/shared'
import type { Event, Settled } from '@provloom/shared'
import type { Context } from '../context.ts'

/** Contexts of a session beyond these are not looked at. */
const contextsMax = 4_096

/**
 * What is amiss with a session that its process does not say itself. Which context is inside which, as the graph takes it
 * in: the first parent that is said, if that is not inside; what the aggregator finds wrong no client hears of, so it is
 * found here too. And what each of many helpers has recorded: the session's process says it once for them.
 */
export class Amiss {
  readonly #parents = new Map<string, string>()
  readonly #told = new Set<string>()

  /** @returns what is wrong with it, once */
  note(event: Event): readonly string[] {
    if (event.type === 'problem') return event.code === 'HELPER' ? this.#once(event.message) : []
    if (event.type !== 'context' || event.parent === undefined || this.#parents.has(event.name)) return []
    const { name, parent } = event
    if (!this.#isInside(parent, name)) {
      if (this.#parents.size < contextsMax) this.#parents.set(name, parent)
      return []
    }
    return this.#once(`context ${name} cannot be inside ${parent}, which is inside it`)
  }

  #once(message: string): readonly string[] {
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

/** What the aggregator says of the run as a whole, in words: its hints not where a summary shows them. */
export function wordsOfRun({ told }: Settled, { config, variables }: Context): string[] {
  const summed = config.mode.kind === 'drain' || variables['PROVLOOM_LAUNCHER'] === 'provloom run'
  return told
    .map((words) => /^(\w+): (.*)$/s.exec(words) ?? ['', '', words])
    .filter(([, code = '']) => !(summed && isHint(code)))
    .map(([, , words = '']) => words)
}
