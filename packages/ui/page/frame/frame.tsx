import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { useAbout } from '../ask/about.ts'
import { useConnection } from '../ask/connection.ts'
import { addressOf, runPages } from '../model/address.ts'
import type { View } from '../model/address.ts'
import { clock, duration } from '../model/format.ts'
import { switchTheme } from '../part/theme.ts'
import { AllKeys, Keys, useKeys } from './keys.tsx'
import type { Key } from './keys.tsx'
import { Search } from './search.tsx'
import { go } from './view.ts'

/** What is around every page: where one is, the run's pages, and which keys there are. */
export function Frame(props: {
  readonly view: View
  /** How the run stands. */
  readonly standing?: ComponentChildren
  readonly keys: readonly Key[]
  /** At the right of the foot. */
  readonly foot?: ComponentChildren
  readonly children: ComponentChildren
}): preact.JSX.Element {
  const { view } = props
  const about = useAbout()
  const [keysShown, showKeys] = useState(false)
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    void navigator.clipboard?.writeText(location.href).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1_500)
    })
  }
  const shared: Key[] = [
    { key: 'y', word: copied ? 'copied' : 'copy link to this view', act: copy },
    { key: 't', word: 'dark or light', act: switchTheme, quiet: true },
    { key: '?', word: 'all keys', act: () => showKeys(true), quiet: true },
    { key: '/', word: 'search', act: focusSearch, quiet: true },
    { key: 'Backspace', word: 'all runs', act: () => go({ page: 'runs', with: {} }), quiet: true },
  ]
  // What a person has pinned holds on all pages of the run.
  const { pins } = view.with
  const along = pins === undefined ? {} : { pins }
  const pages: Key[] = runPages.map((page, at) => ({
    key: String(at + 1),
    word: page,
    act: () => view.run !== undefined && go({ page, run: view.run, with: along }),
    quiet: true,
  }))
  useKeys([...shared, ...(view.run === undefined ? [] : pages)])
  useKeys(props.keys)
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}
      >
        To the content
      </a>
      <header class="top">
        <a class="brand" href="#/">
          provloom
        </a>
        <nav class="crumbs" aria-label="where">
          <a href="#/" title={about?.directory}>
            {short(about?.shown ?? '')}
          </a>
          {view.page === 'compare' && <b> › Compare</b>}
          {view.run !== undefined && <b> › {view.run}</b>}
        </nav>
        {props.standing}
        <span class="grow" />
        <Search view={view} />
        <button class="small" aria-label="dark or light" onClick={switchTheme}>
          <kbd>t</kbd>
        </button>
        <button class="small" aria-label="all keys" onClick={() => showKeys(true)}>
          <kbd>?</kbd>
        </button>
      </header>
      {view.run !== undefined && (
        <nav class="tabs" aria-label="pages of the run">
          {runPages.map((page, at) => (
            <a
              href={addressOf({ page, run: view.run ?? '', with: along })}
              aria-current={page === view.page ? 'page' : undefined}
            >
              {page.replace(/^./, (first) => first.toUpperCase())} <small aria-hidden="true">{at + 1}</small>
            </a>
          ))}
        </nav>
      )}
      <NoAnswer />
      <main id="main" tabIndex={-1} class={view.page}>
        {props.children}
      </main>
      <footer class="foot">
        <Keys keys={[...props.keys, ...shared]} />
        <span class="grow" />
        <span>
          {props.foot ??
            (about === undefined
              ? ''
              : `provloom ui on ${about.host}, loopback only · reads the folder, writes nothing`)}
        </span>
      </footer>
      {keysShown && <AllKeys close={() => showKeys(false)} />}
    </>
  )
}

/** The tunnel is gone: what is drawn stays, and says of when it is. */
function NoAnswer(): preact.JSX.Element | null {
  const { since, heardAt } = useConnection()
  const silent = since === undefined ? 0 : (Date.now() - since) / 1000
  if (silent < 1.5) return null
  return (
    <p class="no-answer" role="status">
      No answer for {duration(Math.round(silent))}, trying again; this is of{' '}
      {clock(new Date(heardAt).toISOString())} UTC.
    </p>
  )
}

function focusSearch(): void {
  const filter = document.querySelector<HTMLInputElement>('main input[type=search]')
  const search = filter ?? document.querySelector<HTMLInputElement>('header input[type=search]')
  search?.focus()
  search?.select()
}

function short(directory: string): string {
  const parts = directory.split('/')
  return parts.length <= 4 ? directory : `…/${parts.slice(-3).join('/')}`
}
