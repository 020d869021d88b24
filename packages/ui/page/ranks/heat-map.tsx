import { useEffect, useRef, useState } from 'preact/hooks'
import type { MatrixAnswer } from '@provloom/reader'
import { measured, number, ranges } from '../model/format.ts'
import type { Standing } from '../model/standing.ts'
import { cellsOf, valueOf } from '../model/ranks.ts'
import { useTheme } from '../part/theme.ts'
import { drawHeat } from './heat-colours.ts'
import { namesMax, namesOf, rowMarks } from './heat-names.ts'

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
        {namesOf(matrix, props.standing, height).map(({ text, top, state, rank }) => (
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
  const value = valueOf(byte, matrix)
  const words =
    value === undefined
      ? 'no points'
      : matrix.scale.kind === 'log2'
        ? `${value.toFixed(2)}× the median`
        : measured(value, metricKey, matrix.unit)
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

function wordsOf({ matrix, standing }: HeatProps): string {
  const names = standing.map(({ name, text }) => `${name}: ${text}`)
  return `${matrix.ranks.length} rows of ranks by steps ${matrix.from} to ${matrix.to}, ${matrix.metric}. ${names.length === 0 ? 'None is named.' : names.slice(0, namesMax).join(', ')}`
}
