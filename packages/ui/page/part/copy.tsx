import { useState } from 'preact/hooks'

/** Into the clipboard; where a browser has none (plain HTTP from elsewhere) the text can be marked by hand. */
export function Copy({
  text,
  word = 'copy',
}: {
  readonly text: string
  readonly word?: string
}): preact.JSX.Element {
  const [done, setDone] = useState(false)
  const copy = (): void =>
    void navigator.clipboard?.writeText(text).then(() => {
      setDone(true)
      setTimeout(() => setDone(false), 1_500)
    })
  return (
    <button class="copy" onClick={copy}>
      {done ? 'copied' : word}
    </button>
  )
}
