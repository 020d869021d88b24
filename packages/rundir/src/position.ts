import { isCount } from '@provloom/shared'

/** Of a journal entry; -1 stands for none yet. */
export function isPosition(value: unknown): value is number {
  return value === -1 || isCount(value)
}
