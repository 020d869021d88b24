/** Where one is: the part of the address behind `#`, which is the whole view. */
export interface View {
  readonly page: Page
  /** Of pages of a run. */
  readonly run?: string
  readonly with: Readonly<Record<string, string>>
}

export const runPages = ['overview', 'curves', 'ranks', 'graph', 'files', 'environment'] as const
export type RunPage = (typeof runPages)[number]
export type Page = 'runs' | 'compare' | RunPage

/** `#/RUN/ranks?by=compute_time`, `#/compare?a=&b=`, `#/?query=lr:0.5`. What nobody knows is the list of runs. */
export function viewOf(hash: string): View {
  const [path, search] = splitOnce(hash.replace(/^#?\/?/, ''), '?')
  const said = Object.fromEntries(new URLSearchParams(search))
  const [first = '', second = ''] = path.split('/').map(decoded)
  if (first === '') return { page: 'runs', with: said }
  if (first === 'compare' && second === '') return { page: 'compare', with: said }
  const page = runPages.find((one) => one === second) ?? 'overview'
  return { page, run: first, with: said }
}

export function addressOf({ page, run, with: said }: View): string {
  const path =
    page === 'runs' ? '' : page === 'compare' ? 'compare' : `${encodeURIComponent(run ?? '')}/${page}`
  const given = Object.entries(said).filter(([, value]) => value !== '')
  const search = new URLSearchParams(given).toString().replaceAll('%2C', ',').replaceAll('%3A', ':')
  return `#/${path}${search === '' ? '' : `?${search}`}`
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
