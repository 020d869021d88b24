import type { RunRow } from '@provloom/reader'
import { isLessBetter } from './metric.ts'
import { bestOf, paramText, precise, statusesOf } from './runs-words.ts'
import type { Told } from './runs-words.ts'

/** Runs that belong together. */
export interface RunGroup {
  readonly name: string
  readonly rows: readonly RunRow[]
  readonly statuses: ReturnType<typeof statusesOf>
  /** Which of them is the best, and by what. */
  readonly best: string
}

/** What all runs have, by which they may be grouped; parameters beside it. */
const kinds = {
  experiment: ({ experiment }) => experiment,
  script: ({ script }) => script ?? 'no script',
  // One script with the same parameters, of which some have other values.
  sweep: ({ experiment, script, params }) =>
    [experiment, script ?? '', Object.keys(params).sort().join(', ')].filter((one) => one !== '').join(' · '),
  code: ({ source }) =>
    source?.commit === undefined
      ? 'no commit'
      : `${source.commit.slice(0, 7)}${source.dirty === true ? '*' : ''}`,
  status: ({ status }) => status,
} satisfies Readonly<Record<string, (row: RunRow) => string>>

const paramsMax = 12

/** By what these runs may be grouped: what would make more than one group of them, or be all alike. */
export function groupings(told: Told): string[] {
  return [...Object.keys(kinds), ...told.differing.slice(0, paramsMax)]
}

/** In the order of their first runs; a parameter is meant where it is none of the kinds. */
export function groupsOf(rows: readonly RunRow[], by: string, told: Told): RunGroup[] {
  const nameOf = isKind(by)
    ? kinds[by]
    : ({ params }: RunRow) => `${by} ${paramText(params[by]) || 'not said'}`
  const groups = new Map<string, RunRow[]>()
  for (const row of rows) {
    const name = nameOf(row)
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  return [...groups].map(([name, of]) => ({
    name,
    rows: of,
    statuses: statusesOf(of),
    best: bestWords(of, told),
  }))
}

function isKind(by: string): by is keyof typeof kinds {
  return Object.hasOwn(kinds, by)
}

function bestWords(rows: readonly RunRow[], { good, differing }: Told): string {
  if (good === undefined) return ''
  const best = bestOf(rows, good)
  const metric = best?.metrics[good]
  if (best === undefined || metric === undefined) return ''
  const value = precise(isLessBetter(metric.key) ? metric.min : metric.max, metric)
  const param = differing.find((name) => new Set(rows.map(({ params }) => paramText(params[name]))).size > 1)
  const at = param === undefined ? '' : ` at ${param} ${paramText(best.params[param])}`
  return `${metric.key} ${value}${rows.length > 1 ? `, ${best.run}${at}` : ''}`
}
