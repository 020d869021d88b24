import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

export interface Key {
  readonly key: string
  /** In the footer, and below `?`. */
  readonly word: string
  readonly act: () => void
  /** Not in the footer. */
  readonly quiet?: boolean
  /** In the footer beside it: the key of the other direction, which is quiet itself. */
  readonly beside?: string
}

const sets: { readonly current: readonly Key[] }[] = []

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const target = event.target
  const writes =
    target instanceof HTMLInputElement ||
    target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement
  if (writes) {
    if (event.key === 'Escape') target.blur()
    return
  }
  // Enter and the space bar are the button's or the link's that has the focus.
  if (
    (event.key === 'Enter' || event.key === ' ') &&
    target instanceof HTMLElement &&
    target.closest('a, button, summary') !== null
  )
    return
  const found = sets
    .toReversed()
    .flatMap(({ current }) => current)
    .find(({ key }) => key === event.key)
  if (found === undefined) return
  event.preventDefault()
  found.act()
})

/** Keys that hold while the component is there; of two for one key the later one's. */
export function useKeys(keys: readonly Key[]): void {
  const own = useRef(keys)
  own.current = keys
  // Before anything is painted: who sees a page can press its keys.
  useLayoutEffect(() => {
    sets.push(own)
    return () => void sets.splice(sets.indexOf(own), 1)
  }, [])
}

/** All that hold now. */
export function keysNow(): readonly Key[] {
  const all = sets.toReversed().flatMap(({ current }) => current)
  return all.filter((one, at) => all.findIndex(({ key }) => key === one.key) === at)
}

export function Keys({ keys }: { readonly keys: readonly Key[] }): preact.JSX.Element {
  return (
    <>
      {keys
        .filter(({ quiet }) => quiet !== true)
        .map(({ key, word, act, beside }) => (
          <button class="key" onClick={act}>
            <kbd>{key === ' ' ? 'Space' : key}</kbd> {beside !== undefined && <kbd>{beside}</kbd>} {word}
          </button>
        ))}
    </>
  )
}

/** What `?` shows. */
export function AllKeys({ close }: { readonly close: () => void }): preact.JSX.Element {
  useKeys([{ key: 'Escape', word: 'close', act: close, quiet: true }])
  const place = useRef<HTMLButtonElement>(null)
  useEffect(() => place.current?.focus(), [])
  return (
    <div class="over" role="dialog" aria-modal="true" aria-label="Keys" onClick={close}>
      <div class="panel" onClick={(event) => event.stopPropagation()}>
        <h2>Keys</h2>
        <dl>
          {keysNow().map(({ key, word }) => (
            <>
              <dt>
                <kbd>{key === ' ' ? 'Space' : key}</kbd>
              </dt>
              <dd>{word}</dd>
            </>
          ))}
        </dl>
        <button ref={place} onClick={close}>
          Close
        </button>
      </div>
    </div>
  )
}
