import { useEffect } from 'preact/hooks'
import { later } from './part/later.tsx'
import { useView } from './frame/view.ts'
import { RunView } from './frame/run-view.tsx'
import { Runs } from './runs/runs.tsx'

const Compare = later(async () => (await import('./later-pages.ts')).Compare)

export function App(): preact.JSX.Element {
  const view = useView()
  useEffect(() => {
    document.title = [view.run ?? (view.page === 'compare' ? 'Compare' : 'Runs'), 'Provloom'].join(' · ')
    scrollTo(0, 0)
  }, [view.page, view.run])
  if (view.page === 'runs') return <Runs view={view} />
  if (view.page === 'compare') return <Compare view={view} />
  return <RunView key={view.run} view={view} run={view.run ?? ''} />
}
