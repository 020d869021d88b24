import type { ErrorCode } from '@provloom/shared'

/** What of a run could not be read; the rest of an answer is without it. */
export interface Unread {
  readonly of: 'graph' | 'points'
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
}

/** What is answered in place of an answer. Codes are those of docs/operating.md. */
export interface ErrorAnswer {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint?: string }
}
