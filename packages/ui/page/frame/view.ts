import { useEffect, useState } from 'preact/hooks'
import { addressOf, viewOf } from '../model/address.ts'
import type { View } from '../model/address.ts'

export function useView(): View {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const look = (): void => setHash(location.hash)
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return viewOf(hash)
}

export function go(view: View): void {
  location.hash = addressOf(view)
}

/** Another state of the same view: no step of the browser's way back. */
export function change(view: View, said: Readonly<Record<string, string | undefined>>): void {
  const all = Object.fromEntries(
    Object.entries({ ...view.with, ...said }).filter((one): one is [string, string] => one[1] !== undefined),
  )
  history.replaceState(null, '', addressOf({ ...view, with: all }))
  dispatchEvent(new HashChangeEvent('hashchange'))
}

/** `960-1480` */
export function stepsIn(view: View): readonly [number, number] | undefined {
  const found = /^(-?\d+)-(-?\d+)$/.exec(view.with['steps'] ?? '')
  return found === null ? undefined : [Number(found[1]), Number(found[2])]
}

export function stepsText(steps: readonly [number, number] | undefined): string | undefined {
  return steps === undefined ? undefined : `${Math.max(0, steps[0])}-${Math.max(0, steps[1])}`
}
