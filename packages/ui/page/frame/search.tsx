import { useState } from 'preact/hooks'
import type { LineageAnswer, RunAnswer } from '@provloom/reader'
import { apiAddress, ask, runPath } from '../ask/ask.ts'
import { addressOf } from '../model/address.ts'
import type { View } from '../model/address.ts'
import { bytes, digits, measured } from '../model/format.ts'
import { groupOf } from '../model/metric.ts'

interface Found {
  readonly kind: string
  readonly name: string
  readonly about: string
  readonly address: string
}

/** Finds metrics, files and ranks of the run, runs by their names, and by a checksum's digits whatever any run has of a file. */
export function Search({ view }: { readonly view: View }): preact.JSX.Element {
  const [found, setFound] = useState<readonly Found[] | undefined>(undefined)
  const [at, setAt] = useState(0)
  const look = (text: string): void => {
    setAt(0)
    if (text.trim() === '') return setFound(undefined)
    void find(text.trim(), view).then(setFound)
  }
  const close = (): void => setFound(undefined)
  const open = (one: Found | undefined): void => {
    if (one === undefined) return
    location.hash = one.address
    close()
    document.querySelector<HTMLElement>('main')?.focus()
  }
  return (
    <div class="search" role="search">
      <input
        type="search"
        placeholder="/  Search metrics, files, ranks"
        aria-label="Search metrics, files, ranks"
        onInput={(event) => look(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close()
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, (found?.length ?? 1) - 1))
          if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
          if (event.key === 'Enter') open(found?.[at])
        }}
      />
      {found !== undefined && (
        <ul class="found" aria-label="found">
          {found.length === 0 && <li class="state">Nothing found.</li>}
          {found.map((one, index) => (
            <li class={index === at ? 'at' : ''}>
              <a href={one.address} onClick={close}>
                <small>{one.kind}</small> <b>{one.name}</b> <span>{one.about}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

async function find(text: string, { run }: View): Promise<Found[]> {
  const none: Promise<Found[]> = Promise.resolve([])
  const results = await Promise.all([
    run === undefined ? none : inRun(text, run),
    /^[0-9a-f]{8,64}$/i.test(text) ? byHash(text.toLowerCase()) : none,
  ])
  const runs = {
    kind: 'runs',
    name: text,
    about: 'runs that match',
    address: addressOf({ page: 'runs', with: { query: text } }),
  }
  return [...results.flat(), ...(run === undefined ? [runs] : [])].slice(0, 12)
}

async function inRun(text: string, run: string): Promise<Found[]> {
  const of = (page: 'curves' | 'files' | 'ranks', said: Readonly<Record<string, string>>): string =>
    addressOf({ page, run, with: said })
  const rank = /^(?:rank )?(\d+)$/.exec(text)?.[1]
  const answer = await ask<RunAnswer>(apiAddress(runPath(run), { prefix: text, limit: 6 })).catch(
    () => undefined,
  )
  const metrics = (answer?.metrics ?? []).map((one) => ({
    kind: 'metric',
    name: one.key,
    about: `${groupOf(one)} · last ${measured(one.last, one.key, one.unit)}`,
    address: of('curves', { m: one.id }),
  }))
  const wanted = text.toLowerCase()
  const files = [...(answer?.outputs ?? []), ...(answer?.inputs ?? [])].filter(
    ({ name, sha256 }) => name.toLowerCase().includes(wanted) || sha256?.startsWith(wanted) === true,
  )
  return [
    ...(rank === undefined
      ? []
      : [{ kind: 'rank', name: `rank ${rank}`, about: '', address: of('ranks', { rank }) }]),
    ...metrics,
    ...files.slice(0, 5).map((one) => ({
      kind: 'file',
      name: one.name,
      about: `${bytes(one.size)} ${digits(one.sha256, 8)}`,
      address: of('files', { file: one.name }),
    })),
  ]
}

async function byHash(sha256: string): Promise<Found[]> {
  const answer = await ask<LineageAnswer>(apiAddress('lineage', { sha256 })).catch(() => undefined)
  return (answer?.found ?? []).map((one) => ({
    kind: one.role,
    name: one.name,
    about: `${one.run}${one.step === undefined ? '' : `, step ${one.step}`}`,
    address: addressOf({
      page: 'graph',
      run: one.run,
      with: one.element === undefined ? {} : { at: one.element },
    }),
  }))
}
