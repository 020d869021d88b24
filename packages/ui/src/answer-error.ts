import type { ErrorAnswer } from '@provloom/reader'
import { knownError, reasonOf } from '@provloom/shared'
import type { ErrorCode } from '@provloom/shared'

export type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 422 | 500 | 503

const statuses: Partial<Record<ErrorCode, ErrorStatus>> = {
  BAD_QUERY: 400,
  TOKEN_WRONG: 401,
  HOST_REFUSED: 403,
  FILE_REFUSED: 403,
  RUN_UNKNOWN: 404,
  METRIC_UNKNOWN: 404,
  ADDRESS_UNKNOWN: 404,
  RUN_AMBIGUOUS: 409,
  FILE_UNREADABLE: 422,
  FILE_DAMAGED: 422,
  STREAMS_FULL: 503,
}

/** What is answered in place of an answer, and its HTTP status. */
export function answerError(error: unknown): { readonly status: ErrorStatus; readonly body: ErrorAnswer } {
  const known = knownError(error)
  if (known === undefined) {
    const hint = 'It is a bug of ours, please tell us.'
    return { status: 500, body: { error: { code: 'INTERNAL', message: reasonOf(error), hint } } }
  }
  const { code, hint } = known
  const cause = known.cause === undefined ? '' : ` (${reasonOf(known.cause)})`
  const message = `${known.message}${cause}`
  return {
    status: statuses[code] ?? 500,
    body: { error: { code, message, ...(hint === undefined ? {} : { hint }) } },
  }
}
