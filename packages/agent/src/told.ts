import { limits } from '@provloom/shared'
import { maskHead, maskTold } from './secrets.ts'

/** The fields of facts whose text no user has logged: what programs, files and the environment say. */
const fields: ReadonlySet<string> = new Set([
  'error',
  'stderr',
  'message',
  'problem',
  'devices',
  'branch',
  'container',
  'modules',
  'notMeasured',
])

/** A fact as it may be recorded: the texts in it that nobody has logged without the secrets in them. */
export function withoutSecrets<One extends object>(fact: One): One {
  const found = Object.entries(fact).filter(([name, text]) => fields.has(name) && typeof text === 'string')
  if (found.length === 0) return fact
  return { ...fact, ...Object.fromEntries(found.map(([name, text]) => [name, maskTold(String(text))])) }
}

/** What a person is told and the record says of something that went wrong. */
export function messageOf(text: string): string {
  return maskHead(text, limits.messageLengthMax)
}
