import { useEffect, useRef, useState } from 'preact/hooks'
import type { MatrixAnswer } from '@provloom/reader'
import { measured, number, ranges } from '../model/format.ts'
import type { Standing } from '../model/standing.ts'
import { cellsOf } from '../model/ranks.ts'
import { useTheme } from '../part/theme.ts'
import type { Theme } from '../part/theme.ts'

interface HeatProps {
  readonly matrix: MatrixAnswer
  readonly standing: readonly Standing[]
  readonly metricKey: string
  readonly chosen: number | undefined
  readonly choose: (rank: number) => void
  readonly zoom: (steps: readonly [number, number] | undefined) => void
}

const heightPx = 512

/** Ranks by steps: paper to brown for slower, blue for quicker, hatched from the last word on. */
export function HeatMap(props: HeatProps): preact.JSX.Element {
  const { matrix, chosen } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const of = useTheme()
  const [point, setPoint] = useState<{ readonly x: number; readonly y: number } | undefined>(undefined)
  const [drag, setDrag] = useState<number | undefined>(undefined)
  useEffect(() => {
    if (canvas.current !== null) drawHeat(canvas.current, matrix, of)
  }, [matrix, of])
  const at = (event: MouseEvent): { readonly x: number; readonly y: number } => {
    const box = canvas.current!.getBoundingClientRect()
    const within = (value: number): number => Math.max(0, Math.min(0.9999, value))
    return {
      x: within((event.clientX - box.left) / box.width),
      y: within((event.clientY - box.top) / box.height),
    }
  }
  const height = Math.max(
    96,
    Math.min(
      heightPx,
      matrix.rows * (matrix.rows <= 8 ? 28 : matrix.rows <= 16 ? 18 : matrix.rows <= 64 ? 8 : 1),
    ),
  )
  const stepAt = (x: number): number => Math.round(matrix.from + x * matrix.cols * matrix.stepsPerCol)
  const row = chosen === undefined ? -1 : matrix.ranks.findIndex((ranks) => ranks.includes(chosen))
  return (
    <div class="heat">
      <div class="heat-axis" style={{ height: `${height}px` }} aria-hidden="true">
        {rowMarks(matrix).map(({ text, part }) => (
          <span style={{ top: `${part * 100}%` }}>{text}</span>
        ))}
      </div>
      <div class="heat-body" style={{ height: `${height}px` }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={wordsOf(props)}
          onMouseMove={(event) => setPoint(at(event))}
          onMouseLeave={() => (setPoint(undefined), setDrag(undefined))}
          onMouseDown={(event) => setDrag(at(event).x)}
          onMouseUp={(event) => {
            const { x, y } = at(event)
            if (drag !== undefined && Math.abs(drag - x) > 0.02)
              props.zoom([stepAt(Math.min(drag, x)), stepAt(Math.max(drag, x))])
            else {
              const rank = matrix.ranks[Math.floor(y * matrix.rows)]?.[0]
              if (rank !== undefined) props.choose(rank)
            }
            setDrag(undefined)
          }}
          onDblClick={() => props.zoom(undefined)}
        />
        {drag !== undefined && point !== undefined && (
          <i
            class="heat-drag"
            style={{ left: `${Math.min(drag, point.x) * 100}%`, width: `${Math.abs(point.x - drag) * 100}%` }}
          />
        )}
        {row >= 0 && (
          <i
            class="heat-row"
            style={{ top: `${(row / matrix.rows) * 100}%`, height: `${Math.max(2, height / matrix.rows)}px` }}
          />
        )}
        {point !== undefined && <HeatTip {...props} point={point} />}
      </div>
      <div class="heat-names" style={{ height: `${height}px` }}>
        {namesOf(props, height).map(({ text, top, state, rank }) => (
          <button class={state} style={{ top: `${top}px` }} onClick={() => props.choose(rank)}>
            {text}
          </button>
        ))}
      </div>
      <div class="heat-steps" aria-hidden="true">
        {[0, 0.2, 0.4, 0.6, 0.8, 1].map((part) => (
          <span style={{ left: `${part * 100}%` }}>{number(Math.min(matrix.to, stepAt(part)))}</span>
        ))}
      </div>
    </div>
  )
}

function HeatTip({
  matrix,
  metricKey,
  point,
}: HeatProps & { readonly point: { readonly x: number; readonly y: number } }): preact.JSX.Element {
  const [row, col] = [Math.floor(point.y * matrix.rows), Math.floor(point.x * matrix.cols)]
  const byte = cellsOf(matrix)[row * matrix.cols + col] ?? 0
  const from = matrix.from + col * matrix.stepsPerCol
  const { scale } = matrix
  const words =
    byte === 0
      ? 'no points'
      : scale.kind === 'log2'
        ? `${(2 ** ((byte - scale.zero) / scale.perOctave)).toFixed(2)}× the median`
        : measured(scale.min + ((byte - 1) / 254) * (scale.max - scale.min), metricKey, matrix.unit)
  const steps =
    matrix.stepsPerCol === 1
      ? `step ${number(from)}`
      : `steps ${number(from)}–${number(from + matrix.stepsPerCol - 1)}`
  const side = point.x > 0.6 ? { right: `${(1 - point.x) * 100 + 1}%` } : { left: `${point.x * 100 + 1}%` }
  return (
    <div class="tip" style={{ ...side, top: `${Math.min(80, point.y * 100)}%` }} aria-hidden="true">
      <b>rank {ranges(matrix.ranks[row] ?? [])}</b>
      <span>{steps}</span>
      <span>{words}</span>
    </div>
  )
}

type Colour = readonly [number, number, number]

/** Of a ratio's logarithm to the base 2, from quicker to slower. */
const ramps: Readonly<Record<Theme, readonly (readonly [at: number, colour: Colour])[]>> = {
  light: [
    [-1, [0, 90, 160]],
    [-0.3, [120, 176, 214]],
    [-0.06, [240, 238, 232]],
    [0.1, [240, 238, 232]],
    [0.25, [222, 184, 140]],
    [0.6, [213, 94, 0]],
    [1.2, [120, 50, 0]],
  ],
  dark: [
    [-1, [86, 180, 233]],
    [-0.3, [52, 96, 128]],
    [-0.06, [37, 41, 48]],
    [0.1, [37, 41, 48]],
    [0.25, [110, 74, 48]],
    [0.6, [242, 142, 60]],
    [1.2, [255, 190, 130]],
  ],
}

export function heatColour(octaves: number, of: Theme): Colour {
  const ramp = ramps[of]
  const after = ramp.findIndex(([at]) => at >= octaves)
  if (after === 0) return ramp[0]![1]
  if (after < 0) return ramp.at(-1)![1]
  const [[low, a], [high, b]] = [ramp[after - 1]!, ramp[after]!]
  const part = (octaves - low) / (high - low)
  const mixed = (which: 0 | 1 | 2): number => Math.round(a[which] + (b[which] - a[which]) * part)
  return [mixed(0), mixed(1), mixed(2)]
}

function drawHeat(canvas: HTMLCanvasElement, matrix: MatrixAnswer, of: Theme): void {
  canvas.width = matrix.cols
  canvas.height = matrix.rows
  const pen = canvas.getContext('2d')
  if (pen === null) return
  const image = pen.createImageData(matrix.cols, matrix.rows)
  const colours = Array.from({ length: 256 }, (_, byte) => colourOfByte(byte, matrix, of))
  cellsOf(matrix).forEach((byte, at) => {
    const [r, g, b] = colours[byte]!
    image.data.set([r, g, b, byte === 0 ? 0 : 255], at * 4)
  })
  for (const { state, row, from, to } of matrix.states) {
    if (state === 'named') continue
    const colour: Colour =
      state === 'ended'
        ? of === 'dark'
          ? [110, 116, 126]
          : [150, 152, 158]
        : of === 'dark'
          ? [227, 154, 195]
          : [170, 80, 130]
    for (let col = from; col < Math.min(to, matrix.cols); col += 1) {
      if ((col + row) % 3 !== 0) continue
      image.data.set([...colour, 255], (row * matrix.cols + col) * 4)
    }
  }
  pen.putImageData(image, 0, 0)
}

function colourOfByte(byte: number, { scale }: MatrixAnswer, of: Theme): Colour {
  if (scale.kind === 'log2') return heatColour((byte - scale.zero) / scale.perOctave, of)
  return heatColour(((byte - 1) / 254) * 1.1 + 0.1, of)
}

function rowMarks(matrix: MatrixAnswer): { readonly text: string; readonly part: number }[] {
  const every = matrix.rows <= 16 ? 1 : Math.ceil(matrix.rows / 8)
  return matrix.ranks.flatMap((ranks, row) =>
    row % every === 0
      ? [{ text: String(ranks[0] ?? ''), part: (row + (matrix.rows <= 16 ? 0.5 : 0)) / matrix.rows }]
      : [],
  )
}

interface EdgeName {
  readonly text: string
  readonly top: number
  readonly state: string
  readonly rank: number
}

const namesMax = 16

/** Names at the edge, moved apart where they would lie over each other: of what stands out, then of who ended before the end. */
function namesOf({ matrix, standing }: HeatProps, height: number): EdgeName[] {
  const row = (rank: number): number => matrix.ranks.findIndex((ranks) => ranks.includes(rank))
  const top = (at: number): number => ((at + 0.5) / matrix.rows) * height - 8
  const found = standing.flatMap(({ ranks, name, status }): EdgeName[] => {
    const [first] = ranks
    const at = first === undefined ? -1 : row(first.rank)
    return at < 0 ? [] : [{ text: name, top: top(at), state: status, rank: first!.rank }]
  })
  const known = new Set(standing.flatMap(({ ranks }) => ranks.map(({ rank }) => rank)))
  const others = matrix.states.flatMap(({ text, row: at, state, rank }): EdgeName[] =>
    known.has(rank) || text === '' || (matrix.states.length > namesMax && state === 'ended')
      ? []
      : [{ text, top: top(at), state, rank }],
  )
  const all = [...found, ...others].slice(0, namesMax).sort((a, b) => a.top - b.top)
  let last = -20
  return all.map((one) => {
    last = Math.max(one.top, last + 16)
    return { ...one, top: last }
  })
}

function wordsOf({ matrix, standing }: HeatProps): string {
  const names = standing.map(({ name, text }) => `${name}: ${text}`)
  return `${matrix.ranks.length} rows of ranks by steps ${matrix.from} to ${matrix.to}, ${matrix.metric}. ${names.length === 0 ? 'None is named.' : names.slice(0, namesMax).join(', ')}`
}
