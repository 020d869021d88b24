import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** A page whose code comes when it is first wanted. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | undefined
  return function Later(props: P) {
    const [, render] = useState(0)
    useEffect(() => {
      if (known !== undefined) return
      load().then(
        (page) => {
          known = page
          render((one) => one + 1)
        },
        // The server is gone: the next try is the person's.
        () => location.reload(),
      )
    }, [])
    const Page = known
    return Page === undefined ? <p class="state">…</p> : <Page {...props} />
  }
}
