import { inside } from './context-name.ts'
import { nameOf } from './name.ts'
import { present } from './present.ts'
import { withSession } from './which.ts'

/** The usual contexts; any other text is one of your own. */
export const Context = {
  TRAINING: 'training',
  VALIDATION: 'validation',
  TESTING: 'testing',
  EVALUATION: 'evaluation',
} as const

/** Declares a context, inside another one where given. Returns its name. */
export function createContext(name: string, isSubcontextOf?: string): string {
  const context = nameOf(name) ?? 'unnamed'
  withSession('createContext', (session) => {
    session.record({ type: 'context', name: context, ...present({ parent: nameOf(isSubcontextOf) }) })
  })
  return context
}

/**
 * Runs `body` inside a context: it begins before and ends after it (a promise is waited for), and calls inside that
 * name no context belong to it.
 */
export function inContext<T>(name: string, body: () => T): T {
  const context = nameOf(name) ?? 'unnamed'
  edge(context, 'start')
  let result: T
  try {
    result = inside.run(context, body)
  } catch (error) {
    edge(context, 'end')
    throw error
  }
  if (result instanceof Promise) void result.then(ended, ended)
  else ended()
  return result

  function ended(): void {
    edge(context, 'end')
  }
}

function edge(name: string, at: 'start' | 'end'): void {
  withSession('inContext', (session) => session.record({ type: 'context', name, edge: at }))
}
