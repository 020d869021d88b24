import type { ErrorAnswer } from '@provloom/reader'

/** What went wrong, in the reader's words; `code` NO_ANSWER: nobody answered. */
export class AskError extends Error {
  readonly code: string
  readonly hint: string | undefined

  constructor(code: string, message: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>

/** An address of the API, relative to the page: it works below any prefix of a proxy. */
export function apiAddress(path: string, parameters: Parameters = {}): string {
  const said = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === '') continue
    said.set(name, value === true ? '1' : value === false ? '0' : String(value))
  }
  const search = said.toString()
  return `api/${path}${search === '' ? '' : `?${search}`}`
}

export function runPath(run: string, rest = ''): string {
  return `runs/${encodeURIComponent(run)}${rest === '' ? '' : `/${rest}`}`
}

/** @throws {AskError} */
export async function ask<T>(address: string, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(address, signal === undefined ? {} : { signal })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new AskError('NO_ANSWER', 'No answer')
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body as T
  if (isErrorAnswer(body)) throw new AskError(body.error.code, body.error.message, body.error.hint)
  throw new AskError('NO_ANSWER', `An answer that is none (${response.status})`)
}

function isErrorAnswer(body: unknown): body is ErrorAnswer {
  return typeof body === 'object' && body !== null && 'error' in body
}
