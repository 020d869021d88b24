import os from 'node:os'
import { printable } from './printable.ts'

/**
 * Every error a person can meet has a code, says what was being done, to what, and what to try.
 * Code branches on `code`, never on the text. A code says what happened, and of each what happened is one thing.
 */
export const errorCodes = [
  'BAD_OPTION',
  'MISSING_OPTION',
  'UNKNOWN_OPTION',
  'MISSING_COMMAND',
  'COMMAND_NOT_FOUND',
  'SAVE_DIR_UNWRITABLE',
  'SAVE_DIR_UNKNOWN',
  'SPOOL_UNWRITABLE',
  'SPOOL_UNREADABLE',
  'LOG_UNREADABLE',
  'LOG_FAILED',
  'NO_AGGREGATOR',
  'AGGREGATOR_RUNNING',
  'BAD_CONNECTION_FILE',
  'FOREIGN_CONNECTION_FILE',
  'BIND_FAILED',
  'OPEN_FILES',
  'RUN_HELD',
  'RUN_TAKEN',
  'RUN_REMOVED',
  'RUN_UNKNOWN',
  'RUN_AMBIGUOUS',
  'METRIC_UNKNOWN',
  'BAD_QUERY',
  'ADDRESS_UNKNOWN',
  'TOKEN_WRONG',
  'HOST_REFUSED',
  'STREAMS_FULL',
  'RUN_FINISHED',
  'RUN_UNFINISHED',
  'OTHER_RUN',
  'SPOOL_IN_USE',
  'JOURNAL_GONE',
  'JOURNAL_DAMAGED',
  'ENTRY_SKIPPED',
  'FILE_UNREADABLE',
  'FILE_UNWRITABLE',
  'FILE_REFUSED',
  'FILE_DAMAGED',
  'DRAWING_FAILED',
  'INTERNAL',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export interface ErrorFacts {
  /** What was being done, in the infinitive: `open the journal`. */
  readonly doing: string
  /** To what: a path, an option, an address. */
  readonly to?: string
  /** What to try, as a whole sentence. */
  readonly hint?: string
  readonly cause?: unknown
}

export class ProvloomError extends Error {
  readonly code: ErrorCode
  readonly doing: string
  readonly to: string | undefined
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'ProvloomError'
    this.code = code
    this.doing = facts.doing
    this.to = facts.to
    this.hint = facts.hint
  }
}

/** The system's error code (`ENOSPC`, `EACCES`, ...) of anything thrown, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  // Node has no name for it.
  if ('errno' in error && error.errno === -os.constants.errno.EDQUOT) return 'EDQUOT'
  return typeof error.code === 'string' ? error.code : undefined
}

/** One line for people out of anything thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The same in one line, without its code: where more than one thing is told. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ProvloomError)) return reasonOf(error)
  const cause = error.cause === undefined ? '' : ` (${reasonOf(error.cause)})`
  return `${error.message}${cause}${error.hint === undefined ? '' : `. ${error.hint}`}`
}

/** The same with its code, to stand before a semicolon: why something waits or was left. */
export function causeOf(error: unknown): string {
  const sentence = sentenceOf(error).replace(/\.$/, '')
  return error instanceof ProvloomError ? `${sentence} [${error.code}]` : sentence
}

const bugHint = 'PROVLOOM_DEBUG=1 shows where; it is a bug of ours, please tell us.'

/** What the system says no to, as no program can help it: the code that people are told, and what to try. */
const refusals: Readonly<Record<string, readonly [code: ErrorCode, hint: string]>> = {
  ENOSPC: ['FILE_UNWRITABLE', 'Make room: df -h shows the bytes, df -i the inodes. Then call it again.'],
  EDQUOT: ['FILE_UNWRITABLE', 'Make room within your quota, and call it again.'],
  EROFS: [
    'FILE_UNWRITABLE',
    'Its disk is mounted read-only: mount it to be written, or name another folder.',
  ],
  EACCES: ['FILE_REFUSED', 'Look whether you may read and write it and its folder.'],
  EPERM: ['FILE_REFUSED', 'Look whether you may read and write it and its folder.'],
  EIO: ['FILE_REFUSED', 'Look after its disk, and call it again.'],
  ESTALE: ['FILE_REFUSED', 'Look after its file server, and call it again.'],
  EMFILE: ['OPEN_FILES', 'Raise the limit of open files (ulimit -n), and call it again.'],
  ENFILE: ['OPEN_FILES', 'The machine has too many open files: end what needs many, and call it again.'],
}

/**
 * The error that a person is told. One of the system's about a file is as known as ours, however it came up to here:
 * a full disk is no bug.
 *
 * @returns undefined for what nobody expects: a bug
 */
export function knownError(error: unknown): ProvloomError | undefined {
  if (error instanceof ProvloomError) return error
  const code = systemCode(error)
  const refusal = code === undefined ? undefined : refusals[code]
  if (refusal === undefined || !(error instanceof Error) || !('syscall' in error)) return undefined
  const { syscall } = error
  const file = 'path' in error && typeof error.path === 'string' ? error.path : undefined
  // Node has no words for it.
  const cause = code === 'EDQUOT' ? new Error('EDQUOT: disk quota exceeded', { cause: error }) : error
  const hint = refusal[1]
  return new ProvloomError(
    refusal[0],
    `Could not ${String(syscall)}${file === undefined ? '' : ` ${file}`}`,
    {
      doing: String(syscall),
      ...(file === undefined ? {} : { to: file }),
      cause,
      hint,
    },
  )
}

/**
 * The two lines the command line prints, fit for a terminal whatever they name.
 *
 * @returns `Error: ...` and, where there is a hint, `Try: ...`
 */
export function renderError(error: unknown): string {
  const known = knownError(error)
  if (known === undefined) return printable(`Error: ${reasonOf(error)} [INTERNAL]\nTry:   ${bugHint}`)
  const cause = known.cause === undefined ? '' : ` (${reasonOf(known.cause)})`
  const head = `Error: ${known.message}${cause} [${known.code}]`
  return printable(known.hint === undefined ? head : `${head}\nTry:   ${known.hint}`)
}
