import { useEffect, useState } from 'preact/hooks'
import type { RunRow, RunsAnswer } from '@provloom/reader'
import { apiAddress } from '../ask/ask.ts'
import { useAnswer } from '../ask/use-answer.ts'
import { Chart } from '../chart/chart.tsx'
import { csvOf } from '../chart/table.ts'
import { useAbout } from '../ask/about.ts'
import { Frame } from '../frame/frame.tsx'
import type { Key } from '../frame/keys.tsx'
import { change, go } from '../frame/view.ts'
import type { View } from '../model/address.ts'
import { groupings, groupsOf } from '../model/groups.ts'
import type { RunGroup } from '../model/groups.ts'
import { extentOf, isLessBetter } from '../model/metric.ts'
import { statusesOf, tellRuns } from '../model/runs-words.ts'
import type { Told } from '../model/runs-words.ts'
import { SaveTable } from '../part/save-table.tsx'
import { saveFile } from '../part/save.ts'
import { Status } from '../part/status.tsx'
import { Trouble } from '../part/trouble.tsx'
import { rowsOf } from './columns.tsx'
import { RunsTable } from './runs-table.tsx'
import { Scatter } from './scatter.tsx'

const shownMax = 200

/** Which parameters gave the best? What ran, what failed? */
export function Runs({ view }: { readonly view: View }): preact.JSX.Element {
  const { query = '', sort, all: more } = view.with
  const [round, setRound] = useState(0)
  const limit = more === undefined ? shownMax : 1_000
  const { answer, error, waiting } = useAnswer<RunsAnswer>(apiAddress('runs', { query, sort, limit }), round)
  const all = answer?.runs ?? []
  useRounds(setRound, all.some(({ status }) => status === 'running') || all.length === 0)
  const told = tellRuns(all, sort ?? /sort:(\S+)/.exec(query)?.[1])
  const { groups, folded, fold } = useGroups(view, all, told)
  const rows = groups === undefined ? all : groups.flatMap((one) => (folded.has(one.name) ? [] : one.rows))
  const [wantedAt, setAt] = useState(0)
  const at = Math.max(0, Math.min(wantedAt, rows.length - 1))
  const marked = (view.with['marked'] ?? '').split(',').filter((name) => all.some(({ run }) => run === name))
  const mark = (run: string): void => {
    const next = marked.includes(run) ? marked.filter((one) => one !== run) : [...marked, run].slice(-8)
    change(view, { marked: next.length === 0 ? undefined : next.join(',') })
  }
  const move = (by: number): void => setAt(Math.max(0, Math.min(rows.length - 1, at + by)))
  const chosen = rows[at]
  const keys: Key[] = [
    { key: 'j', beside: 'k', word: 'next, previous', act: () => move(1) },
    { key: 'k', word: 'previous', act: () => move(-1), quiet: true },
    { key: 'x', word: 'mark', act: () => chosen !== undefined && mark(chosen.run) },
    { key: 'c', word: 'compare marked', act: () => compare(marked, rows, at) },
    {
      key: 'Enter',
      word: 'open',
      act: () => chosen !== undefined && go({ page: 'overview', run: chosen.run, with: {} }),
    },
    { key: 's', word: 'best first', act: () => change(view, { sort: bestFirst(told, rows) }) },
    { key: 'e', word: 'export', act: () => saveFile('runs.csv', csvOf(rowsOf(all, told)), 'text/csv') },
  ]
  return (
    <Frame
      view={view}
      keys={keys}
      foot={answer === undefined ? '' : `${answer.matched} of ${answer.total} runs`}
    >
      {error !== undefined && <Trouble error={error} />}
      <h1>{answer === undefined ? (error === undefined ? 'Reading runs …' : 'Runs') : told.title}</h1>
      {answer !== undefined && <Under answer={answer} told={told} />}
      <form class="query" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          aria-label="which runs"
          placeholder="experiment:digits learning_rate>0.1 status:failed sort:-accuracy"
          value={query}
          onChange={(event) => change(view, { query: event.currentTarget.value, all: undefined })}
        />
        <button
          type="button"
          aria-pressed={view.with['columns'] !== 'all'}
          onClick={() => change(view, { columns: view.with['columns'] === 'all' ? undefined : 'all' })}
        >
          only what differs
        </button>
        <label class="soft">
          group{' '}
          <select
            value={view.with['group'] ?? ''}
            onChange={(event) =>
              change(view, { group: event.currentTarget.value || undefined, folded: undefined })
            }
          >
            <option value="">by nothing</option>
            {groupings(told).map((one) => (
              <option value={one}>{one}</option>
            ))}
          </select>
        </label>
        <SaveTable name="runs" table={() => rowsOf(all, told)} />
      </form>
      {answer !== undefined && answer.total === 0 && !waiting && <NoRuns />}
      {answer !== undefined && answer.total > 0 && answer.matched === 0 && (
        <p class="state">No run matches. {answer.total} there are.</p>
      )}
      {all.length > 0 && (
        <RunsTable {...{ view, rows, told, marked, mark, at, sort, groups, folded, fold }} />
      )}
      {answer !== undefined && answer.matched > all.length && (
        <button onClick={() => change(view, { all: '1' })}>Show more of {answer.matched} runs</button>
      )}
      <Unreadable answer={answer} />
      {all.length > 1 && <Below rows={all} told={told} marked={marked} />}
    </Frame>
  )
}

/** In the address, as all of the view is; names may hold what stands between them elsewhere. */
function useGroups(
  view: View,
  rows: readonly RunRow[],
  told: Told,
): {
  readonly groups: readonly RunGroup[] | undefined
  readonly folded: ReadonlySet<string>
  readonly fold: (name: string) => void
} {
  const by = view.with['group']
  const folded = new Set((view.with['folded'] ?? '').split('|').filter((one) => one !== ''))
  const fold = (name: string): void => {
    if (!folded.delete(name)) folded.add(name)
    change(view, { folded: [...folded].join('|') || undefined })
  }
  return { groups: by === undefined ? undefined : groupsOf(rows, by, told), folded, fold }
}

function Under({ answer, told }: { readonly answer: RunsAnswer; readonly told: Told }): preact.JSX.Element {
  const failed = answer.runs.filter(({ finding }) => finding !== undefined).slice(0, 2)
  return (
    <p class="under">
      {answer.matched} of {answer.total} runs match
      {statusesOf(answer.runs).map(({ status, count }) => (
        <>
          {' · '}
          {count} <Status of={status} />
        </>
      ))}
      {failed.map(({ run, finding }) => ` (${run}: ${finding?.text})`)}
      {told.equal.length > 0 && ` · equal in all: ${told.equal.join(', ')}`}
    </p>
  )
}

function NoRuns(): preact.JSX.Element {
  const about = useAbout()
  return (
    <section class="panel empty">
      <h2>No runs yet in {about?.directory ?? 'this folder'}</h2>
      <p>Start one, and it is here by itself:</p>
      <pre>provloom run -n 4 --collect-all-processes -- python train.py</pre>
    </section>
  )
}

function Unreadable({ answer }: { readonly answer: RunsAnswer | undefined }): preact.JSX.Element | null {
  const there = answer?.unreadable ?? []
  if (there.length === 0) return null
  return (
    <section class="banner warn" role="status">
      ▲ {there.length} cannot be read:
      {there.slice(0, 8).map(({ run, reason }) => (
        <div>
          <b>{run}</b> {reason}
        </div>
      ))}
    </section>
  )
}

function Below({
  rows,
  told,
  marked,
}: {
  readonly rows: readonly RunRow[]
  readonly told: Told
  readonly marked: readonly string[]
}): preact.JSX.Element {
  const id =
    told.metrics.find((one) =>
      rows.some(({ metrics }) => metrics[one] !== undefined && isLessBetter(metrics[one].key)),
    ) ?? told.metrics[0]
  const having = rows.filter(({ metrics }) => id !== undefined && metrics[id] !== undefined)
  const shown =
    marked.length > 0
      ? marked.filter((name) => having.some(({ run }) => run === name))
      : having.slice(0, 3).map(({ run }) => run)
  const metric = rows
    .map(({ metrics }) => (id === undefined ? undefined : metrics[id]))
    .find((one) => one !== undefined)
  return (
    <div class="grid two">
      <Scatter rows={rows} told={told} shown={shown} />
      {id !== undefined && metric !== undefined && (
        <Chart
          curves={shown.map((run, at) => ({
            run,
            metric: id,
            label: run,
            colour: at,
            dashed: at % 2 === 1,
            extent: extentIn(rows, run, id),
          }))}
          name={metric.key}
          about={`${metric.context ?? ''}, ${marked.length > 0 ? 'the marked runs' : 'the first runs'} · median of ranks`}
          metricKey={metric.key}
          unit={metric.unit}
        />
      )}
    </div>
  )
}

function extentIn(rows: readonly RunRow[], run: string, id: string): readonly [number, number] | undefined {
  const row = rows.find((one) => one.run === run)
  return row === undefined ? undefined : extentOf(row.metrics[id], row)
}

function compare(marked: readonly string[], rows: readonly RunRow[], at: number): void {
  const other = rows.find((_, index) => index !== at)?.run
  const runs =
    marked.length >= 2
      ? marked
      : [...new Set([...marked, rows[at]?.run, other])].filter((one) => one !== undefined).slice(0, 2)
  const said = Object.fromEntries(runs.map((run, index) => ['abcdefgh'.charAt(index), run]))
  go({ page: 'compare', with: said })
}

function bestFirst({ good }: Told, rows: readonly RunRow[]): string | undefined {
  const metric =
    good === undefined ? undefined : rows.map(({ metrics }) => metrics[good]).find((one) => one !== undefined)
  return metric === undefined ? undefined : `${isLessBetter(metric.key) ? '' : '-'}${good}`
}

/** The folder is looked at again: often while something runs or nothing is there, else now and then. */
function useRounds(next: (count: (round: number) => number) => void, often: boolean): void {
  useEffect(() => {
    const beat = setInterval(() => !document.hidden && next((round) => round + 1), often ? 3_000 : 20_000)
    return () => clearInterval(beat)
  }, [often])
}
