import type { DiffAnswer, DiffRow, RunAnswer, RunsAnswer } from '@provloom/reader'
import { apiAddress, runPath } from '../ask/ask.ts'
import { useAnswer } from '../ask/use-answer.ts'
import { Chart } from '../chart/chart.tsx'
import { csvOf } from '../chart/table.ts'
import { Frame } from '../frame/frame.tsx'
import type { Key } from '../frame/keys.tsx'
import { change, go } from '../frame/view.ts'
import { addressOf } from '../model/address.ts'
import type { View } from '../model/address.ts'
import { against, cellText, diffSentence, equalSentence, partsOf, valueText } from '../model/diff-words.ts'
import type { DiffPart } from '../model/diff-words.ts'
import { extentOf, groupOf, mainMetrics } from '../model/metric.ts'
import { SaveTable } from '../part/save-table.tsx'
import { useReached } from './reached.ts'
import { Dash } from '../part/dash.tsx'
import { useTheme } from '../part/theme.ts'
import { saveFile } from '../part/save.ts'
import { Status } from '../part/status.tsx'
import { Trouble } from '../part/trouble.tsx'

/** Characters that are shown of a patch. */
const patchMax = 200_000
const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

/** How do two runs differ? Up to eight. */
export function Compare({ view }: { readonly view: View }): preact.JSX.Element {
  const runs = letters.map((letter) => view.with[letter]).filter((run) => run !== undefined)
  const said = Object.fromEntries(runs.map((run, at) => [letters[at]!, run]))
  const { answer, error } = useAnswer<DiffAnswer>(runs.length >= 2 ? apiAddress('diff', said) : undefined)
  const first = useAnswer<RunAnswer>(runs[0] === undefined ? undefined : apiAddress(runPath(runs[0])))
  const all = view.with['all'] === '1'
  const setAll = (on: boolean): void => change(view, { all: on ? '1' : undefined })
  const reached = useReached(runs, first.answer)
  const parts = answer === undefined ? [] : partsOf(answer)
  const save = (): void => saveFile('compare.csv', csvOf(tableOf(parts, runs)), 'text/csv')
  const keys: Key[] = [
    { key: 'd', word: `only what differs: ${all ? 'off' : 'on'}`, act: () => setAll(!all) },
    {
      key: 'x',
      word: 'swap A and B',
      act: () =>
        go({ page: 'compare', with: { ...view.with, a: view.with['b'] ?? '', b: view.with['a'] ?? '' } }),
    },
    { key: 'g', word: 'log', act: () => change(view, { log: view.with['log'] === '1' ? undefined : '1' }) },
    { key: 'e', word: 'export', act: save },
  ]
  const by =
    view.with['by'] === 'time' || view.with['by'] === 'since' ? ('since' as const) : ('step' as const)
  return (
    <Frame
      view={view}
      keys={keys}
      foot={
        <>
          same in the terminal: <code>provloom diff {runs.slice(0, 2).join(' ')}</code>
        </>
      }
    >
      {error !== undefined && <Trouble error={error} />}
      <h1>
        {answer === undefined
          ? runs.length < 2
            ? 'Compare which runs?'
            : 'Reading …'
          : `${diffSentence(answer)}${reached === undefined ? '' : `; ${reached}`}`}
      </h1>
      {answer !== undefined && <p class="under">{equalSentence(answer)}</p>}
      <Choose view={view} runs={runs} />
      {runs.length >= 2 && first.answer !== undefined && answer !== undefined && (
        <>
          <div class="controls">
            <span class="choice" role="group" aria-label="axis">
              By
              {(['step', 'since'] as const).map((one) => (
                <button
                  aria-pressed={by === one}
                  onClick={() => change(view, { by: one === 'step' ? undefined : one })}
                >
                  {one === 'since' ? 'time since start' : one}
                </button>
              ))}
            </span>
            <button
              aria-pressed={view.with['log'] === '1'}
              onClick={() => change(view, { log: view.with['log'] === '1' ? undefined : '1' })}
            >
              log
            </button>
            <span class="grow" />
            <SaveTable name="compare" table={() => tableOf(parts, runs)} />
          </div>
          <div class="grid two">
            {mainMetrics(first.answer.metrics).map((one) => (
              <Chart
                key={one.id}
                curves={runs.map((run, at) => ({
                  run,
                  metric: one.id,
                  label: letters[at]!.toUpperCase(),
                  colour: at,
                  dashed: at % 2 === 1,
                  startUs: startOf(answer, run),
                  extent: at === 0 ? extentOf(one, first.answer!) : undefined,
                }))}
                name={one.key}
                about={`${groupOf(one)} · median and range of ranks`}
                metricKey={one.key}
                unit={one.unit}
                by={by}
                log={view.with['log'] === '1'}
                share="compare"
              />
            ))}
          </div>
        </>
      )}
      {answer !== undefined && (
        <DiffTable answer={answer} parts={parts} all={all} showAll={() => setAll(true)} />
      )}
      {answer !== undefined && answer.code.patches.length > 0 && (
        <section class="panel">
          <h3>
            <b>Code</b> as the changes differ
          </h3>
          {answer.code.patches.map(({ name, a, b, patch }, at) => (
            <details open={at === 0}>
              <summary>
                {name} {runs.length > 2 && <small>{`${a} against ${b}`}</small>}
              </summary>
              <pre class="patch">{patch.slice(0, patchMax)}</pre>
            </details>
          ))}
        </section>
      )}
    </Frame>
  )
}

function startOf(answer: DiffAnswer, run: string): number {
  return Date.parse(answer.runs.find((one) => one.run === run)?.startTime ?? '') * 1000 || 0
}

function Choose({
  view,
  runs,
}: {
  readonly view: View
  readonly runs: readonly string[]
}): preact.JSX.Element {
  const { answer } = useAnswer<RunsAnswer>(apiAddress('runs', { limit: 200 }))
  const places = letters.slice(0, Math.min(8, Math.max(2, runs.length + 1)))
  const names = answer?.runs.map(({ run }) => run) ?? []
  return (
    <div class="controls">
      {places.map((letter, at) => (
        <label>
          <b>{letter.toUpperCase()}</b>{' '}
          <select
            value={view.with[letter] ?? ''}
            aria-label={`run ${letter.toUpperCase()}`}
            onChange={(event) => change(view, { [letter]: event.currentTarget.value || undefined })}
          >
            <option value="">{at < 2 ? 'choose a run' : 'one more'}</option>
            {[...new Set([...names, ...runs])].map((run) => (
              <option value={run}>{run}</option>
            ))}
          </select>
        </label>
      ))}
    </div>
  )
}

function DiffTable(props: {
  readonly answer: DiffAnswer
  readonly parts: readonly DiffPart[]
  readonly all: boolean
  readonly showAll: () => void
}): preact.JSX.Element {
  const { answer, parts, all, showAll } = props
  useTheme()
  return (
    <div class="panel table">
      <table class="diff">
        <thead>
          <tr>
            <th />
            <th />
            {answer.runs.map(({ run, status }, at) => (
              <th scope="col">
                <Dash colour={at} dashed={at % 2 === 1} /> {letters[at]!.toUpperCase()}{' '}
                <a href={addressOf({ page: 'overview', run, with: {} })}>{run}</a>
                {status !== 'completed' && (
                  <>
                    {' '}
                    <Status of={status} />
                  </>
                )}
              </th>
            ))}
            <th scope="col">{answer.runs.length === 2 ? 'B against A' : ''}</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <Part part={part} all={all} showAll={showAll} columns={answer.runs.length} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Part({
  part,
  all,
  showAll,
  columns,
}: {
  readonly part: DiffPart
  readonly all: boolean
  readonly showAll: () => void
  readonly columns: number
}): preact.JSX.Element | null {
  const rows = all ? [...part.differing, ...part.equal] : part.differing
  if (part.differing.length + part.equal.length === 0) return null
  const equal = part.equal
    .slice(0, 4)
    .map(({ name, values }) => `${name} ${cellText(name, values[0] ?? null)}`)
  return (
    <>
      {rows.map((row, at) => (
        <Row row={row} head={at === 0 ? part.name : ''} columns={columns} />
      ))}
      {!all && part.equal.length > 0 && (
        <tr class="soft">
          <th scope="row">{rows.length === 0 ? part.name : ''}</th>
          <td colSpan={columns + 1}>
            {part.equal.length} equal: {equal.join(', ')}
            {part.equal.length > 4 ? ' …' : ''}
          </td>
          <td>
            <button onClick={showAll}>show</button>
          </td>
        </tr>
      )}
    </>
  )
}

function Row({
  row,
  head,
  columns,
}: {
  readonly row: DiffRow
  readonly head: string
  readonly columns: number
}): preact.JSX.Element {
  const by = columns === 2 ? against(row.name, row.values) : undefined
  return (
    <tr>
      <th scope="row">{head}</th>
      <td>{rowWords(row.name)}</td>
      {row.values.map((value) => (
        <td class="mono" title={valueText(value)}>
          {cellText(row.name, value)}
        </td>
      ))}
      <td>
        {by !== undefined && <span class={by.worse ? 'bad' : ''}>{by.text}</span>}
        {by === undefined && (row.equal ? 'equal' : row.values.includes(null) ? 'not in all' : 'differs')}
        {row.caveat !== undefined && <span class="warn"> ▲ {row.caveat}</span>}
      </td>
    </tr>
  )
}

/** `training.loss, last` as people say it. */
function rowWords(name: string): string {
  const [, context, key, which] = /^(\w+)\.(.+), (best|last)$/.exec(name) ?? []
  if (key === undefined) return name === 'seconds' ? 'time' : name
  return `${key}, ${context}, ${which}`
}

function tableOf(parts: readonly DiffPart[], runs: readonly string[]): Parameters<typeof csvOf>[0] {
  const rows = parts.flatMap(({ name, differing, equal }) =>
    [...differing, ...equal].map((row) => [
      name,
      row.name,
      ...row.values.map((value) => (value === null ? null : String(value))),
      String(row.equal),
      row.caveat ?? null,
    ]),
  )
  return { head: ['part', 'name', ...runs, 'equal', 'caveat'], rows }
}
