import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { RunAnswer, RunMetric, RunsAnswer } from '@provloom/reader'
import { apiAddress, ask, runPath } from '../ask/ask.ts'
import { useRound } from '../ask/live.tsx'
import { useAnswer } from '../ask/use-answer.ts'
import { Chart } from '../chart/chart.tsx'
import type { ChartCurve } from '../chart/chart.tsx'
import type { Key } from '../frame/keys.tsx'
import type { RunProps } from '../frame/run-props.ts'
import { change, stepsIn, stepsText } from '../frame/view.ts'
import { count } from '../model/format.ts'
import { extentOf, groupOf, isSampled } from '../model/metric.ts'
import { grouped } from '../model/tree.ts'
import { useTheme } from '../part/theme.ts'
import { Dash } from '../part/dash.tsx'
import { MetricTree } from './metric-tree.tsx'

const pageSize = 2_000
const chartHeight = 190

/** What is the loss, per rank, against that other run? */
export function Curves({ run, view, frame }: RunProps): preact.JSX.Element {
  const [filter, setFilter] = useState(view.with['filter'] ?? '')
  const metrics = useMetrics(run, filter)
  const pins = list(view.with['pins'])
  const wanted = list(view.with['m'])
  const steps = stepsIn(view)
  const [at, setAt] = useState(0)
  const rows = useMemo(() => grouped(metrics, pins, wanted), [metrics, view.with['pins'], view.with['m']])
  const shown = rows.flatMap((row) => (row.kind === 'metric' ? [row.metric] : []))
  const by = view.with['by'] === 'time' || view.with['by'] === 'since' ? view.with['by'] : 'step'
  const ranks = list(view.with['ranks']).map(Number).filter(Number.isInteger)
  const others = list(view.with['with'])
  const chosen = shown[at]
  const pin = (id: string): void =>
    change(view, {
      pins: (pins.includes(id) ? pins.filter((one) => one !== id) : [...pins, id]).join(',') || undefined,
    })
  const zoom = (next: readonly [number, number] | undefined): void => change(view, { steps: stepsText(next) })
  const keys: Key[] = [
    { key: 'j', beside: 'k', word: 'next, previous', act: () => setAt(Math.min(at + 1, shown.length - 1)) },
    { key: 'k', word: 'previous', act: () => setAt(Math.max(0, at - 1)), quiet: true },
    { key: ' ', word: 'pin', act: () => chosen !== undefined && pin(chosen.id) },
    { key: 'r', word: 'add a rank', act: () => document.getElementById('rank')?.focus() },
    { key: '+', word: 'lay another run over it', act: () => document.getElementById('with')?.focus() },
    {
      key: 'b',
      word: 'step, time, since start',
      act: () => change(view, { by: by === 'step' ? 'time' : by === 'time' ? 'since' : undefined }),
      quiet: true,
    },
    {
      key: 'g',
      word: 'log',
      act: () => change(view, { log: view.with['log'] === undefined ? '1' : undefined }),
      quiet: true,
    },
    { key: '0', word: 'all', act: () => zoom(undefined) },
    {
      key: 'f',
      word: view.with['fit'] === 'all' ? 'fit what is usual' : 'fit all values',
      act: () => change(view, { fit: view.with['fit'] === 'all' ? undefined : 'all' }),
      quiet: true,
    },
    {
      key: 'e',
      word: 'export',
      act: () => document.querySelector<HTMLElement>('.chart.at .csv')?.click(),
    },
  ]
  return frame(
    keys,
    <div class="with-list">
      <aside>
        <input
          type="search"
          placeholder="filter metrics   /"
          aria-label="filter metrics"
          value={filter}
          onInput={(event) => {
            setFilter(event.currentTarget.value)
            change(view, { filter: event.currentTarget.value || undefined })
          }}
        />
        <MetricTree
          rows={rows}
          chosen={chosen?.id}
          pins={pins}
          pin={pin}
          choose={(id) => setAt(shown.findIndex((one) => one.id === id))}
        />
        <p class="soft">
          {count(run.metricsTotal)} metrics of {run.worldSize ?? '?'} ranks,{' '}
          {count(run.metrics.reduce((sum, one) => sum + one.points, 0))} points
        </p>
      </aside>
      <div>
        <h1 class="hidden">Curves of {run.run}</h1>
        <Controls view={view} run={run} by={by} ranks={ranks} others={others} steps={steps} />
        {shown.length === 0 && (
          <p class="panel state">{filter === '' ? 'No metrics yet.' : `No metric fits ${filter}.`}</p>
        )}
        <Charts
          rows={shown}
          at={at}
          chart={(metric, isAt) => (
            <Chart
              key={metric.id}
              at={isAt}
              whole={view.with['fit'] === 'all'}
              axisName={isSampled(metric) && by === 'step' ? 'sample' : undefined}
              curves={curvesOf(metric, run, ranks, others)}
              name={metric.key}
              about={aboutOf(metric)}
              metricKey={metric.key}
              unit={metric.unit}
              by={by}
              log={view.with['log'] === '1'}
              smooth={Number(view.with['smooth'] ?? 0)}
              steps={by === 'step' && !isSampled(metric) ? steps : undefined}
              height={chartHeight}
              share={isSampled(metric) ? 'measured' : 'curves'}
              onZoom={by === 'step' && !isSampled(metric) ? zoom : undefined}
            />
          )}
        />
      </div>
    </div>,
  )
}

/** A count has no unit; of a machine there are no ranks. */
function aboutOf(metric: RunMetric): string {
  const unit = metric.unit === undefined || metric.unit === '1' ? '' : ` · ${metric.unit}`
  return `${groupOf(metric)}${unit}${metric.ranks > 1 || metric.source === 'host' ? '' : ' · one rank'}`
}

function list(text: string | undefined): string[] {
  return (text ?? '').split(',').filter((one) => one !== '')
}

/** Up to seven over the one that is looked at. */
function joined(others: readonly string[], next: string): string | undefined {
  return next === '' ? undefined : [...others, next].slice(-7).join(',')
}

/** All metrics that fit, page by page: there may be ten thousand. */
function useMetrics(run: RunAnswer, filter: string): readonly RunMetric[] {
  const round = useRound()
  const first = useAnswer<RunAnswer>(
    apiAddress(runPath(run.run), { prefix: filter, limit: pageSize }),
    round + (run.status === 'running' ? run.metricsTotal : 0),
  )
  const [more, setMore] = useState<readonly RunMetric[]>([])
  useEffect(() => {
    const stop = new AbortController()
    setMore([])
    void restOf(run.run, filter, first.answer?.metricsCursor, stop.signal, (page) =>
      setMore((before) => [...before, ...page]),
    )
    return () => stop.abort()
  }, [first.answer])
  return useMemo(() => [...(first.answer?.metrics ?? []), ...more], [first.answer, more])
}

async function restOf(
  run: string,
  prefix: string,
  cursor: string | undefined,
  signal: AbortSignal,
  taken: (page: readonly RunMetric[]) => void,
): Promise<void> {
  for (let after = cursor; after !== undefined;) {
    const page = await ask<RunAnswer>(
      apiAddress(runPath(run), { prefix, limit: pageSize, after }),
      signal,
    ).catch(() => undefined)
    if (page === undefined) return
    taken(page.metrics)
    after = page.metricsCursor
  }
}

function curvesOf(
  metric: RunMetric,
  run: RunAnswer,
  ranks: readonly number[],
  others: readonly string[],
): ChartCurve[] {
  const startUs = Date.parse(run.startTime) * 1000
  const extent = extentOf(metric, run)
  return [
    {
      metric: metric.id,
      label: others.length > 0 ? run.run : metric.ranks > 1 ? 'median' : metric.key,
      colour: 0,
      startUs,
      extent,
    },
    ...ranks.map((rank, at) => ({
      metric: metric.id,
      ranks: [rank],
      label: `rank ${rank}`,
      colour: at + 1,
      startUs,
      extent,
    })),
    ...others.map((other, at) => ({
      run: other,
      metric: metric.id,
      label: other,
      colour: at + 1,
      dashed: true,
    })),
  ]
}

function Controls(props: {
  readonly view: RunProps['view']
  readonly run: RunAnswer
  readonly by: string
  readonly ranks: readonly number[]
  readonly others: readonly string[]
  readonly steps: readonly [number, number] | undefined
}): preact.JSX.Element {
  const { view, run, by, ranks, others, steps } = props
  const runs = useAnswer<RunsAnswer>(apiAddress('runs', { limit: 100 }))
  useTheme()
  const smooth = view.with['smooth'] ?? '0'
  return (
    <div class="controls">
      <span class="choice" role="group" aria-label="axis">
        By
        {(['step', 'time', 'since'] as const).map((one) => (
          <button
            aria-pressed={by === one}
            onClick={() => change(view, { by: one === 'step' ? undefined : one })}
          >
            {one === 'since' ? 'since start' : one}
          </button>
        ))}
      </span>
      <label>
        Ranks <b>median and range</b> +{' '}
        <input
          id="rank"
          class="short"
          inputMode="numeric"
          placeholder="rank"
          aria-label="ranks to add"
          value={ranks.join(',')}
          onChange={(event) =>
            change(view, { ranks: event.currentTarget.value.replaceAll(/[^\d,]+/g, ',') || undefined })
          }
        />
      </label>
      <label>
        + run{' '}
        <select
          id="with"
          aria-label="lay another run over it"
          value=""
          onChange={(event) => change(view, { with: joined(others, event.currentTarget.value) })}
        >
          <option value="">{others.length === 0 ? 'none' : 'one more'}</option>
          {(runs.answer?.runs ?? [])
            .filter((one) => one.run !== run.run && !others.includes(one.run))
            .map((one) => (
              <option value={one.run}>{one.run}</option>
            ))}
        </select>
      </label>
      {others.map((other, at) => (
        <button
          class="laid"
          title={`take ${other} away`}
          onClick={() => change(view, { with: others.filter((one) => one !== other).join(',') || undefined })}
        >
          <Dash colour={at + 1} dashed /> {other} ✕
        </button>
      ))}
      <span class="choice">
        <button
          aria-pressed={view.with['log'] === '1'}
          onClick={() => change(view, { log: view.with['log'] === '1' ? undefined : '1' })}
        >
          log
        </button>
        <button
          aria-pressed={view.with['fit'] === 'all'}
          title="the axis takes in every value, not 99 % of them"
          onClick={() => change(view, { fit: view.with['fit'] === 'all' ? undefined : 'all' })}
        >
          fit all
        </button>
      </span>
      <label>
        smooth{' '}
        <input
          type="range"
          min="0"
          max="20"
          value={smooth}
          aria-label="smooth"
          onInput={(event) =>
            change(view, {
              smooth: event.currentTarget.value === '0' ? undefined : event.currentTarget.value,
            })
          }
        />{' '}
        {smooth}
      </label>
      <span class="grow" />
      <span>
        {steps === undefined ? (
          'drag to zoom'
        ) : (
          <>
            steps{' '}
            <b>
              {count(steps[0])} – {count(steps[1])}
            </b>
          </>
        )}{' '}
        <button onClick={() => change(view, { steps: undefined })}>
          <kbd>0</kbd> all
        </button>
      </span>
    </div>
  )
}

/** Places for all charts, of which only those about to be seen have a box: the page is as long as all of them. */
function Charts({
  rows,
  at,
  chart,
}: {
  readonly rows: readonly RunMetric[]
  readonly at: number
  readonly chart: (metric: RunMetric, isAt: boolean) => preact.JSX.Element
}): preact.JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const columns = innerWidth >= 1100 ? 2 : 1
  const rowHeight = chartHeight + 58
  useEffect(() => {
    const look = (): void => setTop(Math.max(0, -(place.current?.getBoundingClientRect().top ?? 0)))
    addEventListener('scroll', look, { passive: true })
    return () => removeEventListener('scroll', look)
  }, [])
  useEffect(() => {
    const row = Math.floor(at / columns) * rowHeight
    const box = place.current?.getBoundingClientRect()
    if (box === undefined || at === 0) return
    if (box.top + row < 0 || box.top + row + rowHeight > innerHeight)
      scrollTo({ top: scrollY + box.top + row - 160 })
  }, [at])
  const first = Math.max(0, Math.floor(top / rowHeight) - 1)
  const last = Math.ceil((top + innerHeight) / rowHeight) + 1
  return (
    <div ref={place} class="charts" style={{ height: `${Math.ceil(rows.length / columns) * rowHeight}px` }}>
      <div
        class={columns === 2 ? 'grid two' : 'grid'}
        style={{ position: 'absolute', top: `${first * rowHeight}px`, left: 0, right: 0 }}
      >
        {rows
          .slice(first * columns, last * columns)
          .map((metric, index) => chart(metric, first * columns + index === at))}
      </div>
    </div>
  )
}
