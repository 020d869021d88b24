import { nameWithin } from '@provloom/shared'
import { typed } from './value.ts'

/** A name as an event holds it; undefined for what is absent or empty. */
export function nameOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = typeof value === 'string' ? value : typed(value).value
  return text === '' ? undefined : nameWithin(text)
}
