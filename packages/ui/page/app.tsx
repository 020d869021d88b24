import { useEffect } from 'preact/hooks'
import { later } from './part/later.tsx'
import { useView } from './frame/view.ts'

// A visit begins with one of these two: neither waits for what only the other needs.
const Runs = later(async () => (await import('./runs/runs.tsx')).Runs)
const RunView = later(async () => (await import('./frame/run-view.tsx')).RunView)
const Compare = later(async () => (await import('./later-pages.ts')).Compare)

/** So long after the first view all others are fetched too: they are there when the tunnel is not. */
const restMs = 3_000

export function App(): preact.JSX.Element {
  const view = useView()
  useEffect(() => {
    const timer = setTimeout(() => void import('./later-pages.ts').catch(() => {}), restMs)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    document.title = [view.run ?? (view.page === 'compare' ? 'Compare' : 'Runs'), 'Provloom'].join(' · ')
    scrollTo(0, 0)
  }, [view.page, view.run])
  if (view.page === 'runs') return <Runs view={view} />
  if (view.page === 'compare') return <Compare view={view} />
  return <RunView key={view.run} view={view} run={view.run ?? ''} />
}
