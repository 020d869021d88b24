import { AsyncLocalStorage } from 'node:async_hooks'
import { nameOf } from './name.ts'

/** The context that `inContext` has opened. */
export const inside: AsyncLocalStorage<string> = new AsyncLocalStorage<string>()

/** The name of the given context, or of the one that `inContext` has opened. */
export function contextName(given: string | undefined): string | undefined {
  return nameOf(given ?? inside.getStore())
}
