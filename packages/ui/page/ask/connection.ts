import { useEffect, useState } from 'preact/hooks'

/** Whether our server answers; a tunnel to it breaks now and then. */
interface Connection {
  /** When the last answer came, by this browser's clock. */
  readonly heardAt: number
  /** Since when there was none. */
  readonly since: number | undefined
}

let state: Connection = { heardAt: Date.now(), since: undefined }
const listeners = new Set<() => void>()

export function heard(): void {
  const was = state.since
  state = { heardAt: Date.now(), since: undefined }
  if (was !== undefined) for (const one of listeners) one()
}

export function unheard(): void {
  if (state.since !== undefined) return
  state = { ...state, since: Date.now() }
  for (const one of listeners) one()
}

/** Renders anew when it changes, and each second while nobody answers. */
export function useConnection(): Connection {
  const [, render] = useState(0)
  useEffect(() => {
    const look = (): void => render((one) => one + 1)
    listeners.add(look)
    const beat = setInterval(() => state.since !== undefined && look(), 1_000)
    return () => {
      listeners.delete(look)
      clearInterval(beat)
    }
  }, [])
  return state
}
