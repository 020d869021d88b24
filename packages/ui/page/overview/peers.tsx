import type { RunAnswer, RunsAnswer } from '@provloom/reader'
import { apiAddress } from '../ask/ask.ts'
import { useAnswer } from '../ask/use-answer.ts'
import { addressOf } from '../model/address.ts'
import { number } from '../model/format.ts'
import { paramText } from '../model/runs-words.ts'

/** What it has that no completed run of its experiment had, and one of these to compare it with. */
export function Peers({ run }: { readonly run: RunAnswer }): preact.JSX.Element | null {
  const { answer } = useAnswer<RunsAnswer>(
    apiAddress('runs', { query: `experiment:"${run.experiment}" status:completed`, limit: 200 }),
  )
  const peers = answer?.runs ?? []
  const [newest] = peers
  if (newest === undefined) return null
  const odd = run.params.flatMap(({ name, context, value }) => {
    const full = context === undefined ? name : `${context}.${name}`
    const theirs = peers.flatMap(({ params }) => (Object.hasOwn(params, full) ? [params[full]] : []))
    if (theirs.length === 0 || theirs.some((one) => paramText(one) === paramText(value))) return []
    const numbers = theirs.filter((one) => typeof one === 'number')
    const words =
      numbers.length === theirs.length
        ? rangeWords(numbers)
        : [...new Set(theirs.map(paramText))].slice(0, 4).join(', ')
    return [{ name, value: paramText(value), words }]
  })
  return (
    <p>
      {odd.length === 0
        ? 'Its parameters are as those of runs that completed here'
        : odd
            .slice(0, 3)
            .map(({ name, value, words }) => `${name} ${value}; the completed runs here have ${words}`)
            .join(' · ')}
      {' · '}
      <a href={addressOf({ page: 'compare', with: { a: run.run, b: newest.run } })}>
        compare with {newest.run} →
      </a>
    </p>
  )
}

function rangeWords(of: readonly number[]): string {
  const [least, most] = [Math.min(...of), Math.max(...of)]
  return least === most ? number(least) : `${number(least)} to ${number(most)}`
}
