import { randomBytes } from 'node:crypto'

/** The key that `provloom run` makes for its job, where nobody gave it one. */
export function mintRunKey(): string {
  return `run-${randomBytes(4).toString('hex')}`
}

/** Whether nobody said this key: a launcher below `provloom run` starts a job of its own, by its own name. */
export function isMintedRunKey(key: string): boolean {
  return /^run-[0-9a-f]{8}$/.test(key)
}
