import type { Finding, MatrixAnswer, RanksAnswer, WhyAnswer } from '@provloom/reader'
import { apiAddress, runPath } from '../ask/ask.ts'
import { useRanks, useRound } from '../ask/live.tsx'
import { useAnswer } from '../ask/use-answer.ts'
import { Chart } from '../chart/chart.tsx'
import { csvOf } from '../chart/table.ts'
import type { Key } from '../frame/keys.tsx'
import type { RunProps } from '../frame/run-props.ts'
import { change, go, stepsIn, stepsText } from '../frame/view.ts'
import { count, several } from '../model/format.ts'
import { extentOf, isSampled, isTiming, keyOf } from '../model/metric.ts'
import { rowsOfRanks } from '../model/ranks.ts'
import { standingOf } from '../model/standing.ts'
import type { Standing } from '../model/standing.ts'
import type { RankRow } from '../model/ranks.ts'
import { ranksSentence } from '../model/run-words.ts'
import { Findings } from '../part/findings.tsx'
import { Pieces } from '../part/pieces.tsx'
import { SaveTable } from '../part/save-table.tsx'
import { saveFile } from '../part/save.ts'
import { Trouble } from '../part/trouble.tsx'
import { isUnread } from '../part/unread.tsx'
import { HeatPanel } from './heat-panel.tsx'
import { heatColour } from './heat-colours.ts'
import { Chosen } from './chosen.tsx'
import { RanksTable, rankTable } from './ranks-table.tsx'
import { StandsOut } from './stands-out.tsx'
import { Spread } from './spread.tsx'

const orders = ['rank', 'slowest', 'host', 'ended'] as const

/** Which rank is slow, which stopped first, which host? */
export function Ranks({ run, view, frame }: RunProps): preact.JSX.Element {
  const round = useRound()
  const steps = stepsIn(view)
  const { by, show, order = 'rank' } = view.with
  const pace =
    run.metrics.find(({ id }) => id === by) ?? run.metrics.find((one) => !isSampled(one) && isTiming(one.key))
  const whole = extentOf(pace, run)
  const asked = { metric: by, show, order, from: steps?.[0] ?? whole?.[0], to: steps?.[1] ?? whole?.[1] }
  const matrix = useAnswer<MatrixAnswer>(
    apiAddress(runPath(run.run, 'matrix'), asked),
    round + liveRound(run.journalPosition, run.status === 'running'),
  )
  const ranks = useRanks()
  const why = useAnswer<WhyAnswer>(apiAddress(runPath(run.run, 'why')), round)
  const rows = ranks.answer === undefined ? [] : rowsOfRanks(ranks.answer)
  const findings = run.status === 'running' ? run.findings : (why.answer?.findings ?? run.findings)
  const standing = standingOf(rows, findings)
  const notable = standing.flatMap((one) => one.ranks.slice(0, 1))
  const rank = view.with['rank'] === undefined ? notable[0]?.rank : Number(view.with['rank'])
  const choose = (next: number): void => change(view, { rank: String(next) })
  const move = (step: number): void => choose(besides(notable.length > 0 ? notable : rows, rank, step))
  const zoom = (next: readonly [number, number] | undefined): void => change(view, { steps: stepsText(next) })
  const keys: Key[] = [
    { key: 'j', beside: 'k', word: 'next that stands out, previous', act: () => move(1) },
    { key: 'k', word: 'previous', act: () => move(-1), quiet: true },
    {
      key: 'o',
      word: 'order',
      act: () =>
        change(view, { order: orders[(orders.findIndex((one) => one === order) + 1) % orders.length] }),
    },
    {
      key: 'Enter',
      word: 'its curves',
      act: () => rank !== undefined && go({ page: 'curves', run: run.run, with: { ranks: String(rank) } }),
    },
    { key: '0', word: 'all steps', act: () => zoom(undefined) },
    {
      key: 'e',
      word: 'export',
      act: () => saveFile(`${run.run} ranks.csv`, csvOf(rankTable(rows)), 'text/csv'),
    },
  ]
  const metric = matrix.answer?.metric ?? ranks.answer?.ratioOf?.metric
  const known = run.metrics.find(({ id }) => id === metric)
  const foot =
    matrix.answer === undefined
      ? undefined
      : matrix.answer.ranksPerRow > 1
        ? `${matrix.answer.ranksPerRow} ranks a row: the one farthest from the median is drawn`
        : 'a row for each rank'
  return frame(
    keys,
    <>
      <h1>
        {ranks.answer === undefined ? (
          'Reading ranks …'
        ) : (
          <Pieces of={ranksSentence(ranks.answer, why.answer)} />
        )}
      </h1>
      {ranks.answer !== undefined && <p class="under">{underOf(run, ranks.answer)}</p>}
      {ranks.error !== undefined && <Trouble error={ranks.error} />}
      <Findings
        run={run.run}
        findings={findings.filter(({ ranks: of, link }) => of.length > 0 && link?.page === 'ranks')}
        goesOn={run.status === 'running'}
      />
      <Controls
        view={view}
        run={run}
        metric={metric}
        order={order}
        steps={steps}
        shown={matrix.answer}
        zoom={zoom}
      />
      <div class="grid ranks-grid">
        <section class="panel">
          {matrix.error !== undefined && (
            <p class="state">
              {matrix.error.message}. {matrix.error.hint}
            </p>
          )}
          {matrix.answer !== undefined && (
            <HeatPanel
              {...{ standing, steps, choose, zoom }}
              run={run.run}
              directory={run.directory}
              matrix={matrix.answer}
              metricKey={known?.key ?? ''}
              chosen={rank}
            />
          )}
          {metric !== undefined && <Slowest run={run} metric={metric} steps={steps} zoom={zoom} />}
        </section>
        <Side
          {...{ run, rows, standing, findings, rank, metric, steps, choose, zoom }}
          ranks={ranks.answer}
        />
      </div>
      <section class="panel">
        <header>
          <h3>
            <b>All ranks</b> those that stand out first
          </h3>
          <SaveTable name={`${run.run} ranks`} table={() => rankTable(rows)} />
        </header>
        <RanksTable rows={rows} chosen={rank} choose={choose} />
      </section>
    </>,
    foot,
  )
}

/** The slowest rank of each step, below the map and over the same axis. */
function Slowest(props: {
  readonly run: RunProps['run']
  readonly metric: string
  readonly steps: readonly [number, number] | undefined
  readonly zoom: (steps: readonly [number, number] | undefined) => void
}): preact.JSX.Element {
  const { run, metric, steps, zoom } = props
  const known = run.metrics.find(({ id }) => id === metric)
  return (
    <Chart
      curves={[{ metric, label: 'median', colour: 0, extent: extentOf(known, run) }]}
      name={keyOf(metric)}
      about="slowest rank of each step, and the median"
      slowest
      right={104}
      metricKey={known?.key ?? ''}
      unit={known?.unit}
      steps={steps}
      height={110}
      share="ranks"
      onZoom={zoom}
    />
  )
}

function besides(list: readonly RankRow[], rank: number | undefined, step: number): number {
  const at = list.findIndex((one) => one.rank === rank)
  return list[(at + step + list.length) % Math.max(1, list.length)]?.rank ?? 0
}

interface SideProps {
  readonly run: RunProps['run']
  readonly ranks: RanksAnswer | undefined
  readonly rows: readonly RankRow[]
  readonly standing: readonly Standing[]
  readonly findings: readonly Finding[]
  readonly rank: number | undefined
  readonly metric: string | undefined
  readonly steps: readonly [number, number] | undefined
  readonly choose: (rank: number) => void
  readonly zoom: (steps: readonly [number, number] | undefined) => void
}

/** Those that stand out, how slow all are, and the chosen one. */
function Side(props: SideProps): preact.JSX.Element {
  const { run, ranks, rows, standing, findings, rank, metric, steps, choose, zoom } = props
  return (
    <div>
      <StandsOut run={run.run} standing={standing} total={ranks?.total ?? 0} chosen={rank} choose={choose} />
      {ranks?.ratioOf !== undefined && <Spread rows={rows} metric={keyOf(ranks.ratioOf.metric)} />}
      {rank !== undefined && (
        <Chosen
          run={run}
          row={rows.find((one) => one.rank === rank)}
          rows={rows}
          finding={findings.find(({ ranks: of, evidence }) => of.includes(rank) && evidence !== undefined)}
          rank={rank}
          metric={metric}
          steps={steps}
          zoom={zoom}
        />
      )}
    </div>
  )
}

/** While it goes on the map is asked for again now and then, not with each word. */
function liveRound(position: number, on: boolean): number {
  return on ? Math.floor(position / 256) : 0
}

function underOf(run: RunProps['run'], ranks: RanksAnswer): string {
  const well = (ranks.statuses['running'] ?? 0) + (ranks.statuses['completed'] ?? 0)
  const hosts = run.hosts.shown.length + run.hosts.more
  const of = ranks.ratioOf
  return [
    `${count(well)} of ${several(ranks.total, 'rank')} ${run.status === 'running' ? 'report' : 'completed'}`,
    several(hosts, 'host'),
    isUnread(ranks.unread, 'points')
      ? 'who is slow is not known: points cannot be read'
      : of === undefined
        ? 'no metric tells who is slow: ranks run in lockstep; log compute_time to see who makes the others wait'
        : `who is slow by ${keyOf(of.metric)}, steps ${count(of.fromStep)} to ${count(of.toStep)}`,
  ].join(' · ')
}

function Controls(props: {
  readonly view: RunProps['view']
  readonly run: RunProps['run']
  readonly metric: string | undefined
  readonly order: string
  readonly steps: readonly [number, number] | undefined
  readonly shown: MatrixAnswer | undefined
  readonly zoom: (steps: undefined) => void
}): preact.JSX.Element {
  const { view, run, metric, order, steps, shown, zoom } = props
  const lastStep = run.metrics.find(({ id }) => id === metric)?.lastStep
  const choices = run.metrics
    // Of a machine there are no ranks.
    .filter(({ source }) => source !== 'host')
    .toSorted((a, b) => Number(isTiming(b.key)) - Number(isTiming(a.key)))
    .slice(0, 40)
  return (
    <div class="controls">
      <label>
        Colour by{' '}
        <select value={metric ?? ''} onChange={(event) => change(view, { by: event.currentTarget.value })}>
          {metric === undefined && <option value="">…</option>}
          {choices.map((one) => (
            <option
              value={one.id}
            >{`${one.key} ${one.context ?? ''}${one.source === undefined ? '' : ` @${one.source}`}`}</option>
          ))}
        </select>
      </label>
      <span class="choice" role="group" aria-label="against">
        {(['ratio', 'value'] as const).map((one) => (
          <button
            aria-pressed={(view.with['show'] ?? 'ratio') === one}
            onClick={() => change(view, { show: one })}
          >
            {one === 'ratio' ? 'against the median of the same step' : 'value'}
          </button>
        ))}
      </span>
      {shown?.scale.kind === 'log2' && <Legend />}
      <span class="choice" role="group" aria-label="order">
        Order
        {orders.map((one) => (
          <button aria-pressed={order === one} onClick={() => change(view, { order: one })}>
            {one}
          </button>
        ))}
      </span>
      <span class="grow" />
      <span>
        Steps{' '}
        <b>
          {steps === undefined
            ? shown === undefined
              ? 'all'
              : `${count(shown.from)} – ${count(Math.min(shown.to, lastStep ?? shown.to))}`
            : `${count(steps[0])} – ${count(steps[1])}`}
        </b>{' '}
        · drag to zoom{' '}
        <button onClick={() => zoom(undefined)}>
          <kbd>0</kbd> all
        </button>
      </span>
    </div>
  )
}

function Legend(): preact.JSX.Element {
  const theme = document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light'
  const ratios = [0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.8]
  return (
    <span class="ramp" aria-hidden="true">
      0.7×
      {ratios.map((ratio) => (
        <i style={{ background: `rgb(${heatColour(Math.log2(ratio), theme).join(',')})` }} />
      ))}
      1.8× and more
    </span>
  )
}
