import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import type { CurveAnswer } from '@provloom/reader'
import { useAbout } from '../ask/about.ts'
import { useCurve, useFollowed } from '../ask/live.tsx'
import { measured, several } from '../model/format.ts'
import { useTheme } from '../part/theme.ts'
import type { RowsMeant } from '../model/all-rows.ts'
import { fitOf } from './fit.ts'
import type { Fit } from './fit.ts'
import { useInView } from './in-view.ts'
import { columnsOf, makePlot } from './plot.ts'
import { bare, smoothed, stripsOf, withSlowest } from './strip.ts'
import type { Axis, Strip } from './strip.ts'
import { oddWords, tableOf } from './table.ts'
import { AllRows, Numbers, Tools } from './tools.tsx'
import type { Shown } from './tools.tsx'
import { Tip } from './tip.tsx'

export interface ChartCurve {
  /** The run that is followed unless told. */
  readonly run?: string
  readonly metric: string
  readonly ranks?: 'ribbon' | readonly number[]
  readonly label: string
  readonly colour: number
  readonly dashed?: boolean
  /** Without its range. */
  readonly bare?: boolean
  /** First and last step of a run that has ended: asked for by these, a curve is as fine as its points are. */
  readonly extent?: readonly [number, number] | undefined
  /** Of the run, in microseconds: where its time begins. */
  readonly startUs?: number
}

export interface ChartProps {
  readonly curves: readonly ChartCurve[]
  readonly name: string
  readonly about: string
  readonly metricKey: string
  readonly unit?: string | undefined
  readonly by?: Axis['by']
  readonly log?: boolean
  readonly smooth?: number
  /** Steps, of which the rest is left out. */
  readonly steps?: readonly [number, number] | undefined
  /** What the axis counts, `step` unless told. */
  readonly axisName?: string | undefined
  /** The least extent of the axis: where a run is to go. */
  readonly until?: number | undefined
  readonly height?: number
  readonly marks?: readonly { readonly at: number; readonly text: string }[]
  readonly share?: string
  readonly onZoom?: ((steps: readonly [number, number] | undefined) => void) | undefined
  /** The one that keys are about. */
  readonly at?: boolean
  /** The axis takes in all, not only what is usual. */
  readonly whole?: boolean
  /** The slowest rank as a line, the median in grey: who makes the others wait. */
  readonly slowest?: boolean
  /** Pixels to the right of the axis; as much as the names at the lines' ends need unless told. */
  readonly right?: number
}

/** Curves over one axis. Fewer or more of them are another chart. */
export function Chart(props: ChartProps): preact.JSX.Element {
  return <ChartOf key={props.curves.length} {...props} />
}

function ChartOf(props: ChartProps): preact.JSX.Element {
  const place = useRef<HTMLElement>(null)
  const inView = useInView(place)
  const [shown, show] = useState<Shown>('curve')
  const about = useAbout()
  const followed = useFollowed()
  const by = props.by ?? 'step'
  const answers = props.curves.map(({ run, metric, ranks, extent }) => {
    const steps = by === 'step' ? (props.steps ?? extent) : undefined
    return useCurve(
      {
        ...(run === undefined ? {} : { run }),
        metric,
        ...(ranks === undefined ? {} : { ranks }),
        by: by === 'step' ? 'step' : 'time',
        ...(steps === undefined ? {} : { from: steps[0], to: steps[1] }),
      },
      inView,
    )
  })
  const strips = useMemo(
    () =>
      drawnStrips(
        props,
        answers.map(({ answer }) => answer),
      ),
    [...answers.map(({ answer }) => answer), by, props.smooth, props.slowest, JSON.stringify(props.curves)],
  )
  const fit = useMemo(
    () => fitOf(strips, { log: props.log === true, whole: props.whole === true }),
    [strips, props.log, props.whole],
  )
  const label = (value: number): string => measured(value, props.metricKey, props.unit)
  const error = answers.find((one) => one.error !== undefined)?.error
  const waiting = answers.some((one) => one.waiting)
  const title = `${props.name} ${props.about}`
  return (
    <section class={`panel chart ${props.at === true ? 'at' : ''}`} ref={place} aria-label={title}>
      <header>
        <h3>
          <b>{props.name}</b> {props.about}
          {fit !== undefined && <Beyond fit={fit} label={label} />}
          {oddOf(strips)}
          {pointsOf(strips) === 1 && ' · one point'}
        </h3>
        {strips.length > 0 && fit !== undefined && (
          <Tools
            title={title}
            strips={strips}
            fit={fit}
            axis={by}
            canvas={() => place.current?.querySelector('canvas')}
            shown={shown}
            show={show}
          />
        )}
      </header>
      {error !== undefined ? (
        <p class="state">
          {error.message}. {error.hint}
        </p>
      ) : strips.length > 0 && strips.every((strip) => strip.x.length === 0) && !waiting ? (
        <p class="state">No points{props.steps === undefined ? '' : ' in these steps'}.</p>
      ) : fit === undefined && strips.length > 0 ? (
        <p class="state">All {several(pointsOf(strips), 'point')} of it are NaN or infinite.</p>
      ) : shown === 'table' ? (
        <Numbers of={tableOf(strips, by)} />
      ) : shown === 'rows' ? (
        <AllRows meant={rowsOf(props, followed, about?.directory ?? '.')} />
      ) : (
        <Canvas
          {...props}
          by={by}
          strips={strips}
          fit={fit}
          label={label}
          inView={inView}
          waiting={waiting}
        />
      )}
    </section>
  )
}

function drawnStrips(props: ChartProps, answers: readonly (CurveAnswer | undefined)[]): Strip[] {
  const strips = props.curves.flatMap((curve, at) => {
    const answer = answers[at]
    const axis = { by: props.by ?? 'step', startUs: curve.startUs ?? 0 }
    const strips = answer === undefined ? [] : stripsOf(answer, curve, axis)
    return curve.bare === true ? strips.map(bare) : strips
  })
  const shown = props.slowest === true ? strips.flatMap(withSlowest) : strips
  return shown.map((strip) => smoothed(strip, props.smooth ?? 0))
}

/** What the axis leaves out is said. */
function Beyond({
  fit,
  label,
}: {
  readonly fit: Fit
  readonly label: (value: number) => string
}): preact.JSX.Element | null {
  if (fit.above + fit.below === 0) return null
  const far =
    fit.above > 0
      ? `above ${label(fit.high)}, to ${label(fit.top)}`
      : `below ${label(fit.low)}, to ${label(fit.bottom)}`
  const words = `▲ ${fit.above + fit.below} of ${fit.of} reach ${far}`
  return (
    <span class="warn" title={words}>
      {' '}
      {words}
    </span>
  )
}

function pointsOf(strips: readonly Strip[]): number {
  return strips.reduce((sum, { count }) => sum + count.reduce((all, one) => all + one, 0), 0)
}

function oddOf(strips: readonly Strip[]): preact.JSX.Element | null {
  const words = oddWords(strips)
  return words === '' ? null : <span class="warn"> ▲ {words}</span>
}

interface CanvasProps extends ChartProps {
  readonly by: Axis['by']
  readonly strips: readonly Strip[]
  readonly fit: Fit | undefined
  readonly label: (value: number) => string
  readonly inView: boolean
  readonly waiting: boolean
}

function Canvas(props: CanvasProps): preact.JSX.Element {
  const { strips, fit, by, inView, height = 190 } = props
  const into = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const [point, setPoint] = useState<{ readonly at: number; readonly left: number } | undefined>(undefined)
  const width = useWidth(into)
  const of = useTheme()
  const range = rangeOf(props)
  const shape = JSON.stringify([
    strips.map(({ colour, dashed, min, label }) => [colour, dashed, min === undefined, label]),
    fit,
    range,
    props.marks,
    by,
    props.log,
    props.axisName,
  ])
  useEffect(() => {
    if (!inView || fit === undefined || width === 0 || into.current === null) return undefined
    const made = makePlot(
      {
        strips,
        fit,
        axis: by,
        log: props.log === true,
        range,
        width,
        height,
        label: props.label,
        share: props.share === undefined ? undefined : `${props.share} ${by}`,
        marks: by === 'step' ? (props.marks ?? []) : [],
        unit: props.axisName ?? (by === 'step' ? 'step' : ''),
        right: props.right,
        zoomed: (from, to) => props.onZoom?.([Math.floor(from), Math.ceil(to)]),
        pointed: (at, left) => setPoint(at === undefined ? undefined : { at, left }),
        reset: () => props.onZoom?.(undefined),
      },
      into.current,
    )
    plot.current = made
    return () => {
      made.destroy()
      plot.current = undefined
    }
  }, [inView, width, height, shape, of])
  useEffect(() => {
    plot.current?.setData(columnsOf(strips))
  }, [strips])
  return (
    <div class="plot" style={{ height: `${height}px` }}>
      <div ref={into} role="img" aria-label={wordsOf(props)} />
      {strips.length === 0 && <p class="state">{props.waiting ? '…' : ''}</p>}
      {point !== undefined && (
        <Tip at={point.at} left={point.left} strips={strips} by={by} label={props.label} width={width} />
      )}
    </div>
  )
}

function rangeOf({ by, strips, steps, until }: CanvasProps): readonly [number, number] | undefined {
  if (by === 'step' && steps !== undefined) return steps
  const places = strips.flatMap(({ x }) => (x.length === 0 ? [] : [x[0]!, x.at(-1)!]))
  if (places.length === 0) return undefined
  const [first, last] = [Math.min(...places), Math.max(...places, by === 'step' ? (until ?? 0) : 0)]
  return first === last ? [first - 1, last + 1] : [first, last]
}

/** What is drawn, for who cannot see it. */
function wordsOf({ name, about, strips, label }: CanvasProps): string {
  const lines = strips.map((strip) => {
    const values = strip.mid.filter((one) => one !== null)
    if (values.length === 0) return `${strip.label}: no finite values`
    return `${strip.label}: from ${label(values[0]!)} to ${label(values.at(-1)!)}, least ${label(Math.min(...values))}, largest ${label(Math.max(...values))}`
  })
  return `${name} ${about}. ${lines.join('. ')}`
}

/** All runs of one metric, and all ranks where not only some are drawn. */
function rowsOf({ curves, steps }: ChartProps, followed: string, directory: string): RowsMeant {
  const runs = [...new Set(curves.map(({ run }) => run ?? followed))]
  const some = curves.map(({ ranks }) => (typeof ranks === 'object' ? ranks : undefined))
  const isAll = some.some((one) => one === undefined)
  return {
    directories: runs.map((run) => `${directory}/${run}`),
    metric: curves[0]?.metric ?? '',
    ...(isAll ? {} : { ranks: some.flatMap((one) => one ?? []) }),
    steps,
  }
}

function useWidth(ref: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const observer = new ResizeObserver((entries) =>
      setWidth(Math.floor(entries.at(-1)?.contentRect.width ?? 0)),
    )
    if (ref.current !== null) observer.observe(ref.current)
    return () => observer.disconnect()
  }, [])
  return width
}
