import { useEffect, useState } from 'preact/hooks'
import { apiAddress, runPath } from '../ask/ask.ts'

const shownMax = 200_000

/** A file as text: whatever is in it, it is not run. */
export function TextOf({ run, path }: { readonly run: string; readonly path: string }): preact.JSX.Element {
  const [text, setText] = useState<string | undefined>(undefined)
  useEffect(() => {
    const stop = new AbortController()
    beginningOf(apiAddress(runPath(run, 'file'), { path }), stop).then(setText, (error: unknown) => {
      if (!stop.signal.aborted) setText(String(error))
    })
    return () => stop.abort()
  }, [run, path])
  return (
    <pre class="text" tabIndex={0}>
      {text ?? '…'}
    </pre>
  )
}

async function beginningOf(address: string, stop: AbortController): Promise<string> {
  const response = await fetch(address, { signal: stop.signal })
  if (!response.ok)
    return response.status === 404 ? 'There is none.' : `It cannot be read (HTTP ${response.status}).`
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
    if (text.length < shownMax) continue
    await reader.cancel()
    return `${text.slice(0, shownMax)}\n… the first ${shownMax} characters; save it for the rest`
  }
}
