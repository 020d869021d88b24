import { knownError } from '@provloom/shared'
import type { ErrorAnswer } from './answer/error.ts'

/** What is answered where an error was thrown; one that nobody expects is `INTERNAL`. */
export function errorAnswer(error: unknown): ErrorAnswer {
  const known = knownError(error)
  if (known === undefined) return { error: { code: 'INTERNAL', message: 'Provloom has a fault of its own' } }
  const { code, message, hint } = known
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) } }
}
