import { useEffect, useState } from 'preact/hooks'
import { AskError, ask } from './ask.ts'
import { heard, unheard } from './connection.ts'

export interface Answer<T> {
  /** The last one that came, also while another is awaited or when none came. */
  readonly answer: T | undefined
  readonly error: AskError | undefined
  readonly waiting: boolean
}

/** Answers of this page, the last ones asked for: a view one comes back to is there at once. */
const kept = new Map<string, unknown>()
const keptMax = 200

/**
 * Asks, and again whenever the address or `round` is another; what is there stays until the next has come.
 *
 * @param round counts up when what was asked may have changed
 */
export function useAnswer<T>(address: string | undefined, round = 0): Answer<T> {
  const [state, setState] = useState<Answer<T> & { readonly of?: string }>(() => initial<T>(address))
  useEffect(() => {
    if (address === undefined) return
    const stop = new AbortController()
    let again: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      ask<T>(address, stop.signal).then(
        (answer) => {
          heard()
          keep(address, answer)
          setState({ answer, error: undefined, waiting: false, of: address })
        },
        (error: unknown) => {
          if (stop.signal.aborted) return
          const known = error instanceof AskError ? error : new AskError('INTERNAL', String(error))
          if (known.code === 'NO_ANSWER') {
            unheard()
            again = setTimeout(look, 2_000)
            setState((before) => ({ ...before, waiting: true }))
          } else setState((before) => ({ answer: before.answer, error: known, waiting: false, of: address }))
        },
      )
    }
    setState((before) => {
      const known = kept.get(address) as T | undefined
      return { answer: known ?? before.answer, error: undefined, waiting: true, of: address }
    })
    look()
    return () => {
      stop.abort()
      clearTimeout(again)
    }
  }, [address, round])
  return state
}

function initial<T>(address: string | undefined): Answer<T> {
  const answer = address === undefined ? undefined : (kept.get(address) as T | undefined)
  return { answer, error: undefined, waiting: address !== undefined }
}

function keep(address: string, answer: unknown): void {
  kept.delete(address)
  kept.set(address, answer)
  if (kept.size > keptMax) kept.delete(kept.keys().next().value!)
}
