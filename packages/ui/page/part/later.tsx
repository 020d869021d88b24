import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { apiAddress, ask } from '../ask/ask.ts'
import { unheard } from '../ask/connection.ts'

const againMs = 2_000

/** A page whose code comes when it is first wanted. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | undefined
  return function Later(props: P) {
    const [, render] = useState(0)
    useEffect(() => {
      if (known !== undefined) return
      load().then((page) => {
        known = page
        render((one) => one + 1)
      }, reloadWhenHeard)
    }, [])
    const Page = known
    return Page === undefined ? <p class="state">…</p> : <Page {...props} />
  }
}

/** A browser does not ask again for a script that it could not have, and another server may have others. */
function reloadWhenHeard(): void {
  unheard()
  ask(apiAddress('about')).then(
    () => location.reload(),
    () => setTimeout(reloadWhenHeard, againMs),
  )
}
