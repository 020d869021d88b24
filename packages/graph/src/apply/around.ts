import type { RunState } from '../state.ts'

/** The contexts around a context, from the nearest; ends at a cycle. */
export function around(state: RunState, key: string): string[] {
  const found: string[] = []
  for (let at = state.contexts.get(key)?.parent; at !== undefined; at = state.contexts.get(at)?.parent) {
    if (at === key || found.includes(at)) break
    found.push(at)
  }
  return found
}
