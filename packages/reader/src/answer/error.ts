import type { ErrorCode } from '@provloom/shared'

/** What is answered in place of an answer. Codes are those of docs/operating.md. */
export interface ErrorAnswer {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint?: string }
}
