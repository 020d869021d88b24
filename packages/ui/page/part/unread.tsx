import type { Unread as Told } from '@provloom/reader'

/** What a page lacks by it. */
const lacking: Readonly<Record<Told['of'], string>> = {
  graph: 'hosts, environments, clocks and what ranks said are not known',
  points: 'curves, the pace and who is slow are not known, or not whole',
}

/** Files that are damaged or of a newer version: numbers that need them are not there, and it is said why. */
export function Unread({ of }: { readonly of: readonly Told[] }): preact.JSX.Element {
  return (
    <>
      {of.map(({ of: what, code, message, hint }) => (
        <p class="banner warn" role="status">
          ▲ <b>{message}</b>: {lacking[what]}. {hint} <small>{code}</small>
        </p>
      ))}
    </>
  )
}

export function isUnread(of: readonly Told[], what: Told['of']): boolean {
  return of.some((one) => one.of === what)
}
