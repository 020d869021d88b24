import type { AskError } from '../ask/ask.ts'

/** An error in the reader's words, with what to try. */
export function Trouble({ error }: { readonly error: AskError }): preact.JSX.Element {
  return (
    <p class="banner bad" role="alert">
      <b>{error.message}.</b> {error.hint} <small>{error.code}</small>
    </p>
  )
}
