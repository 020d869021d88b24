import { useEffect, useState } from 'preact/hooks'

/** A text of the server, and again whenever the address is another; what is there stays until the next has come. */
export function useText(address: string): string | undefined {
  const [text, setText] = useState<string | undefined>(undefined)
  useEffect(() => {
    const stop = new AbortController()
    fetch(address, { signal: stop.signal })
      .then(async (response) => (response.ok ? setText(await response.text()) : undefined))
      // Who asks for the same as JSON beside it says what is wrong.
      .catch(() => {})
    return () => stop.abort()
  }, [address])
  return text
}
