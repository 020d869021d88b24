import { ProvloomError, causeOf, knownError, reasonOf, systemCode } from '@provloom/shared'
import type { ErrorCode, Lsn, RunId } from '@provloom/shared'
import type { StatusListener } from '../status.ts'

/** Tells a problem once when it begins and once when it has passed. */
export class Trouble {
  readonly #tell: StatusListener
  readonly #runId: RunId | undefined
  readonly #open = new Map<string, { readonly why: string; readonly code: ErrorCode }>()

  constructor(tell: StatusListener, runId: RunId | undefined) {
    this.#tell = tell
    this.#runId = runId
  }

  /**
   * @param what tells problems of one code apart, e.g. the file that cannot be written
   * @param code of what nobody else has given one: neither we nor the system, which refuses to write
   */
  began(what: string, error: unknown, code?: ErrorCode): void {
    if (this.#open.has(what)) return
    const ours = error instanceof ProvloomError
    // Of the system's errors the words stay.
    const known = ours ? error : (knownError(error) ?? knownError(causeIn(error)))
    const told = known?.code ?? code ?? (isOfSystem(error) ? 'FILE_UNWRITABLE' : 'INTERNAL')
    this.#open.set(what, { why: causeOf(error), code: told })
    const cause = ours && error.cause !== undefined ? ` (${reasonOf(error.cause)})` : ''
    this.#tell({
      kind: 'problem',
      code: told,
      runId: this.#runId,
      message: `${reasonOf(error)}${cause}`,
      hint: ours ? error.hint : hintFor(error),
    })
  }

  /** Why the first of these that is so now is so. */
  why(...what: readonly string[]): string | undefined {
    return what.flatMap((one) => this.#open.get(one)?.why ?? [])[0]
  }

  ended(what: string, message: string): void {
    const open = this.#open.get(what)
    if (open === undefined) return
    this.#open.delete(what)
    this.#tell({ kind: 'problem-ended', code: open.code, runId: this.#runId, message })
  }
}

const ofDisk = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']

function causeIn(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function isOfSystem(error: unknown): boolean {
  return systemCode(error) !== undefined || systemCode(causeIn(error)) !== undefined
}

function hintFor(error: unknown): string | undefined {
  return ofDisk.includes(systemCode(error) ?? systemCode(causeIn(error)) ?? '')
    ? 'Check that the disk has room and that the folder may be written.'
    : undefined
}

/** The graph and run.json count them all; the first is told. */
export function tellSkipped(trouble: Trouble, position: Lsn, reason: string): void {
  const message = `Entry ${position} of the journal could not be taken in: ${reason}. What it held counts as dropped`
  trouble.began('skipped', new Error(message), 'ENTRY_SKIPPED')
}
