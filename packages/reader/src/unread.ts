import { ProvloomError } from '@provloom/shared'
import type { Unread } from './answer/error.ts'

/** @returns what an error of reading says; undefined for any other error */
export function unreadOf(error: unknown, of: Unread['of']): Unread | undefined {
  if (!(error instanceof ProvloomError) || error.code !== 'FILE_UNREADABLE') return undefined
  const { code, message, hint } = error
  return { of, code, message, ...(hint === undefined ? {} : { hint }) }
}

/** What several questions came upon, once. */
export function eachOnce(unread: readonly Unread[]): Unread[] {
  return unread.filter((one, at) => unread.findIndex(({ message }) => message === one.message) === at)
}

/** Points, or else what is known without them where files are damaged or of a newer version: that is told. */
export async function readOr<T>(reading: Promise<T>, otherwise: T, unread: Unread[]): Promise<T> {
  try {
    return await reading
  } catch (error) {
    const why = unreadOf(error, 'points')
    if (why === undefined) throw error
    unread.push(why)
    return otherwise
  }
}
