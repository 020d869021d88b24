import { ProvloomError, causeOf, reasonOf, systemCode } from '@provloom/shared'
import type { ErrorCode, Lsn, RunId } from '@provloom/shared'
import type { StatusListener } from '../status.ts'

/** Tells a problem once when it begins and once when it has passed. */
export class Trouble {
  readonly #tell: StatusListener
  readonly #runId: RunId | undefined
  readonly #open = new Map<string, string>()

  constructor(tell: StatusListener, runId: RunId | undefined) {
    this.#tell = tell
    this.#runId = runId
  }

  /** @param what tells problems of one code apart, e.g. the file that cannot be written */
  began(what: string, code: ErrorCode, error: unknown): void {
    if (this.#open.has(what)) return
    this.#open.set(what, causeOf(error))
    const known = error instanceof ProvloomError
    const cause = known && error.cause !== undefined ? ` (${reasonOf(error.cause)})` : ''
    this.#tell({
      kind: 'problem',
      code: known ? error.code : code,
      runId: this.#runId,
      message: `${reasonOf(error)}${cause}`,
      hint: known ? error.hint : hintFor(error),
    })
  }

  /** Why the first of these that is so now is so. */
  why(...what: readonly string[]): string | undefined {
    return what.flatMap((one) => this.#open.get(one) ?? [])[0]
  }

  ended(what: string, code: ErrorCode, message: string): void {
    if (!this.#open.delete(what)) return
    this.#tell({ kind: 'problem-ended', code, runId: this.#runId, message })
  }
}

const ofDisk = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']

function hintFor(error: unknown): string | undefined {
  return ofDisk.includes(systemCode(error) ?? '')
    ? 'Check that the disk has room and that the folder may be written.'
    : undefined
}

/** The graph and run.json count them all; the first is told. */
export function tellSkipped(trouble: Trouble, position: Lsn, reason: string): void {
  const message = `Entry ${position} of the journal could not be taken in: ${reason}. What it held counts as dropped`
  trouble.began('skipped', 'INTERNAL', new Error(message))
}
