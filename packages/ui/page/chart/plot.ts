import uPlot from 'uplot'
import { ticks } from '../model/format.ts'
import type { Fit } from './fit.ts'
import type { Strip } from './strip.ts'
import { palette, theme } from '../part/theme.ts'

/** Charts with one key share their cross-hair. */
export interface PlotSpec {
  readonly strips: readonly Strip[]
  readonly fit: Fit
  readonly axis: 'step' | 'time' | 'since'
  readonly log: boolean
  /** Of the whole axis, as it is asked for. */
  readonly range: readonly [number, number] | undefined
  readonly width: number
  readonly height: number
  readonly label: (value: number) => string
  readonly share: string | undefined
  /** Places on the axis that have a name. */
  readonly marks: readonly { readonly at: number; readonly text: string }[]
  /** What the axis counts, at its end. */
  readonly unit: string
  readonly right: number | undefined
  readonly zoomed: (from: number, to: number) => void
  readonly pointed: (at: number | undefined, left: number) => void
  readonly reset: () => void
}

interface Ink {
  readonly text: string
  readonly grid: string
  readonly paper: string
}

export function inkNow(): Ink {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  return { text: of('--soft'), grid: of('--rule'), paper: of('--panel') }
}

/** The strips beside each other over one axis; columns: x, then of each strip its line, and where it has a range its ends. */
export function columnsOf(strips: readonly Strip[]): uPlot.AlignedData {
  const tables = strips.map(({ x, mid, min, max }): uPlot.AlignedData =>
    min === undefined || max === undefined ? [[...x], [...mid]] : [[...x], [...mid], [...min], [...max]],
  )
  const [first] = tables
  if (first === undefined) return [[]]
  return tables.length === 1 ? first : uPlot.join(tables)
}

export function makePlot(spec: PlotSpec, into: HTMLElement): uPlot {
  const ink = inkNow()
  const colours = palette(theme())
  const series: uPlot.Series[] = [{}]
  const bands: uPlot.Band[] = []
  for (const strip of spec.strips) {
    const colour = colours[strip.colour % colours.length]!
    const alone = strip.x.length === 1
    series.push({
      stroke: colour,
      width: 1.5,
      ...(strip.dashed ? { dash: [6, 4] } : {}),
      points: { show: alone, size: 7, fill: colour },
    })
    if (strip.min === undefined) continue
    const at = series.length
    series.push(
      { stroke: 'transparent', width: 0, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
    )
    bands.push({ series: [at + 1, at], fill: `${colour}2a` })
  }
  const options: uPlot.Options = {
    width: spec.width,
    height: spec.height,
    padding: [8, spec.right ?? (spec.strips.length > 1 ? 82 : 58), 0, 0],
    series,
    bands,
    legend: { show: false },
    scales: {
      x: {
        time: spec.axis === 'time',
        ...(spec.range === undefined ? {} : { range: [spec.range[0], spec.range[1]] }),
      },
      y: { distr: spec.log ? 3 : 1, range: () => [spec.fit.low, spec.fit.high] },
    },
    axes: axesOf(spec, ink),
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      ...(spec.share === undefined ? {} : { sync: { key: spec.share } }),
      bind: { dblclick: () => () => (spec.reset(), null) },
    },
    hooks: {
      draw: [(plot) => drawOver(plot, spec, colours, ink)],
      setSelect: [(plot) => zoomedTo(plot, spec)],
      setCursor: [
        (plot) => {
          const { idx, left } = plot.cursor
          spec.pointed(
            idx === null || idx === undefined || (left ?? -1) < 0 ? undefined : plot.data[0][idx],
            left ?? 0,
          )
        },
      ],
    },
  }
  return new uPlot(options, columnsOf(spec.strips), into)
}

function axesOf(spec: PlotSpec, ink: Ink): uPlot.Axis[] {
  const shared = { stroke: ink.text, font: '11px Helvetica Neue, Arial, sans-serif', ticks: { show: false } }
  return [
    {
      ...shared,
      size: 26,
      space: 64,
      grid: { show: false },
      ...(spec.axis === 'time'
        ? {}
        : { values: (_: uPlot, at: number[]) => at.map((one) => axisWords(one, spec.axis)) }),
    },
    {
      ...shared,
      size: 52,
      space: 28,
      grid: { stroke: ink.grid, width: 1 },
      values: (_: uPlot, at: (number | null)[]) =>
        ticks(at, (one) => spec.label(one).replace(/\.0 %$/, ' %')),
    },
  ]
}

function axisWords(at: number, axis: PlotSpec['axis']): string {
  if (axis === 'since')
    return at >= 7200
      ? `${+(at / 3600).toFixed(2)} h`
      : at >= 120
        ? `${+(at / 60).toFixed(2)} min`
        : `${+at.toFixed(3)} s`
  return at.toLocaleString('en').replaceAll(',', '\u202f')
}

function zoomedTo(plot: uPlot, spec: PlotSpec): void {
  const { left, width } = plot.select
  if (width < 4) return
  const [from, to] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  spec.zoomed(from, to)
}

/** The last value at the end of each line, marks with names, and at the foot where there are points that are no numbers. */
function drawOver(plot: uPlot, spec: PlotSpec, colours: readonly string[], ink: Ink): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.font = `bold ${11 * ratio}px Helvetica Neue, Arial, sans-serif`
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  for (const { at, text } of spec.marks) drawMark(plot, at, text, ink)
  ctx.fillStyle = ink.text
  ctx.font = `${11 * ratio}px Helvetica Neue, Arial, sans-serif`
  ctx.fillText(spec.unit, bbox.left + bbox.width + 16 * ratio, bbox.top + bbox.height + 12 * ratio)
  ctx.font = `bold ${11 * ratio}px Helvetica Neue, Arial, sans-serif`
  const ends = spec.strips.flatMap((strip): End[] => {
    const colour = colours[strip.colour % colours.length]!
    drawOdd(plot, strip, colour)
    const last = strip.mid.findLastIndex((one) => one !== null)
    const value = strip.mid[last]
    if (value === null || value === undefined) return []
    const x = Math.min(plot.valToPos(strip.x[last]!, 'x', true), bbox.left + bbox.width) + 5 * ratio
    const y = Math.max(bbox.top, Math.min(bbox.top + bbox.height, plot.valToPos(value, 'y', true)))
    const name = spec.strips.length > 1 ? nameOf(strip.label) : ''
    return [{ text: `${name}${spec.label(value)}`, x, y, colour }]
  })
  // Lines that end elsewhere have room of their own.
  const places = new Map<number, End[]>()
  for (const one of ends) {
    const place = Math.round(one.x / (80 * ratio))
    places.set(place, [...(places.get(place) ?? []), one])
  }
  const foot = bbox.top + bbox.height - 3 * ratio
  for (const { text, x, y, colour } of [...places.values()].flatMap((of) => apart(of, 13 * ratio, foot))) {
    // Where a line of another goes on it is read all the same.
    ctx.strokeStyle = ink.paper
    ctx.lineWidth = 4 * ratio
    ctx.lineJoin = 'round'
    ctx.strokeText(text, x, y)
    ctx.fillStyle = colour
    ctx.fillText(text, x, y)
  }
  ctx.restore()
}

interface End {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly colour: string
}

/** So far from each other that they can be read, and none below the foot. */
function apart(ends: readonly End[], least: number, foot: number): End[] {
  const placed = ends.toSorted((a, b) => a.y - b.y)
  for (const [at, one] of placed.entries())
    placed[at] = { ...one, y: Math.max(one.y, (placed[at - 1]?.y ?? -Infinity) + least) }
  for (let at = placed.length - 1; at >= 0; at--)
    placed[at] = { ...placed[at]!, y: Math.min(placed[at]!.y, (placed[at + 1]?.y ?? foot + least) - least) }
  return placed
}

/** At the end of a line there is little room: a rank's number, what makes runs' names differ, of the median nothing. */
function nameOf(label: string): string {
  if (label === 'median') return ''
  return `${label.length <= 8 ? label.replace(/^rank /, '') : (/_\d+$/.exec(label)?.[0] ?? label.slice(-8))} `
}

/** Named to the left where the end of the axis, at which values stand, is near. */
function drawMark(plot: uPlot, at: number, text: string, ink: Ink): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  const x = Math.round(plot.valToPos(at, 'x', true))
  const end = bbox.left + bbox.width
  if (x < bbox.left || x > end) return
  ctx.save()
  ctx.strokeStyle = ink.text
  ctx.fillStyle = ink.text
  ctx.font = `${11 * ratio}px Helvetica Neue, Arial, sans-serif`
  ctx.globalAlpha = 0.75
  ctx.lineWidth = ratio
  ctx.setLineDash([2 * ratio, 3 * ratio])
  ctx.beginPath()
  ctx.moveTo(x + 0.5, bbox.top)
  ctx.lineTo(x + 0.5, bbox.top + bbox.height)
  ctx.stroke()
  ctx.globalAlpha = 1
  const isNearEnd = x + ctx.measureText(text).width + 6 * ratio > end
  ctx.textAlign = isNearEnd ? 'right' : 'left'
  ctx.fillText(text, x + (isNearEnd ? -4 : 4) * ratio, bbox.top + 6 * ratio)
  ctx.restore()
}

/** Also of infinities: there is no place for them in the picture. */
function drawOdd(plot: uPlot, strip: Strip, colour: string): void {
  const { ctx, bbox } = plot
  ctx.fillStyle = colour
  strip.nan.forEach((nans, at) => {
    if (nans === 0 && strip.infinite[at] === 0) return
    const x = plot.valToPos(strip.x[at]!, 'x', true)
    const foot = bbox.top + bbox.height
    const size = 4 * devicePixelRatio
    ctx.beginPath()
    ctx.moveTo(x - size, foot)
    ctx.lineTo(x, foot - size * 2)
    ctx.lineTo(x + size, foot)
    ctx.fill()
  })
}
