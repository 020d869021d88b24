import type { RunRow } from '@provloom/reader'
import { go } from '../frame/view.ts'
import { measured, number } from '../model/format.ts'
import { best } from '../model/metric.ts'
import { precise } from '../model/runs-words.ts'
import type { Told } from '../model/runs-words.ts'
import { SaveDrawing } from '../part/save-drawing.tsx'
import { palette, useTheme } from '../part/theme.ts'

interface Point {
  readonly run: string
  readonly x: number
  readonly y: number
}

const [width, height, left, right, top, bottom] = [640, 210, 56, 60, 12, 30]

/** The best of each run by the parameter that makes them differ most. */
export function Scatter({
  rows,
  told,
  shown,
}: {
  readonly rows: readonly RunRow[]
  readonly told: Told
  readonly shown: readonly string[]
}): preact.JSX.Element | null {
  useTheme()
  const param = told.differing.find(
    (name) => rows.filter(({ params }) => typeof params[name] === 'number').length >= 2,
  )
  const { good } = told
  const metric =
    good === undefined ? undefined : rows.map(({ metrics }) => metrics[good]).find((one) => one !== undefined)
  if (param === undefined || good === undefined || metric === undefined) return null
  const points = pointsOf(rows, param, good)
  if (points.length < 2) return null
  const [least, most] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))]
  const log = least > 0 && most / least >= 10
  const place = (x: number): number => {
    const part = log ? Math.log(x / least) / Math.log(most / least) : (x - least) / (most - least || 1)
    return left + 20 + part * (width - left - right - 40)
  }
  const [lowest, highest] = [Math.min(...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))]
  const [low, high] = roundEnds(lowest, highest)
  const down = (y: number): number =>
    top + 8 + (1 - (y - low) / (high - low || 1)) * (height - top - bottom - 16)
  const ticks = ticksOf(low, high)
  const places = [...new Set(points.map(({ x }) => x))].filter(
    (_, at, all) => all.length <= 8 || at % Math.ceil(all.length / 8) === 0,
  )
  const apart = movedApart(points.map(({ run, x, y }) => ({ run, x: place(x), y: down(y) })))
  return (
    <section class="panel chart">
      <header>
        <h3>
          <b>{metric.key}</b> {metric.context ?? ''}, best of each run, by {param}
          {log ? ' (log)' : ''}
        </h3>
        <SaveDrawing
          name={`${metric.key} by ${param}`}
          of=".scatter"
          table={() => ({
            head: ['run', param, metric.key],
            rows: points.map(({ run, x, y }) => [run, x, y]),
          })}
        />
      </header>
      <svg
        class="scatter"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={points
          .map(({ run, x, y }) => `${run}: ${metric.key} ${precise(y, metric)} at ${param} ${number(x)}`)
          .join('; ')}
      >
        {ticks.map((y) => (
          <>
            <line class="rule" x1={left} x2={width - right} y1={down(y)} y2={down(y)} />
            <text x={left - 8} y={down(y) + 4} text-anchor="end">
              {measured(y, metric.key, metric.unit).replace(/\.0 %$/, ' %')}
            </text>
          </>
        ))}
        {places.map((x) => (
          <text x={place(x)} y={height - 8} text-anchor="middle">
            {number(x)}
          </text>
        ))}
        {points.map(({ run, x, y }) => {
          const which = shown.indexOf(run)
          const colour = which < 0 ? 'none' : palette()[which % palette().length]
          const isBest = run === told.best?.run
          return (
            <g class="point" onClick={() => go({ page: 'overview', run, with: {} })}>
              <title>{`${run}: ${param} ${number(x)}, ${metric.key} ${precise(y, metric)}`}</title>
              <circle cx={place(x)} cy={down(y)} r="5.5" fill={colour} />
              {points.length <= 24 && (
                <text x={place(x) + 9} y={down(y) + 4 + (apart.get(run) ?? 0)}>
                  {`${shortOf(run)}${isBest ? ' best' : ''}`}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </section>
  )
}

function pointsOf(rows: readonly RunRow[], param: string, good: string): Point[] {
  return rows.flatMap((row) => {
    const x = row.params[param]
    const metric = row.metrics[good]
    const y = metric === undefined ? undefined : best(metric)
    return typeof x === 'number' && y !== undefined ? [{ run: row.run, x, y }] : []
  })
}

function shortOf(run: string): string {
  return /_\d+$/.exec(run)?.[0] ?? run.slice(-12)
}

/** Three to six places at round values. */
function ticksOf(low: number, high: number): number[] {
  const step = stepFor(low, high)
  const first = Math.ceil(low / step - 1e-9)
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, at) => (first + at) * step)
}

function roundEnds(low: number, high: number): readonly [number, number] {
  if (low === high) return [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1]
  const step = stepFor(low, high)
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step]
}

function stepFor(low: number, high: number): number {
  const rough = (high - low) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power
}

/** By how much a name is moved down, where another would lie over it. */
function movedApart(points: readonly Point[]): ReadonlyMap<string, number> {
  const moved = new Map<string, number>()
  const taken: Point[] = []
  for (const one of points.toSorted((a, b) => a.y - b.y)) {
    const over = taken.find(({ x, y }) => Math.abs(x - one.x) < 40 && Math.abs(y - one.y) < 12)
    const y = over === undefined ? one.y : over.y + 12
    moved.set(one.run, y - one.y)
    taken.push({ ...one, y })
  }
  return moved
}
