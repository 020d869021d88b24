import { statusLook } from '../model/status.ts'

/** A glyph and a word, in their tone. */
export function Status({
  of,
  more = '',
}: {
  readonly of: string
  readonly more?: string | undefined
}): preact.JSX.Element {
  const { glyph, word, tone } = statusLook(of)
  return (
    <span class={`status ${tone}`}>
      <span aria-hidden="true">{glyph}</span> {word}
      {more}
    </span>
  )
}
