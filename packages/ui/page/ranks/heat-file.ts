import type { MatrixAnswer } from '@provloom/reader'
import { escaped } from '../chart/svg.ts'
import type { Table } from '../chart/table.ts'
import { number, ranges } from '../model/format.ts'
import { cellsOf, valueOf } from '../model/ranks.ts'
import type { Standing } from '../model/standing.ts'
import type { Theme } from '../part/theme.ts'
import { drawHeat, heatColour } from './heat-colours.ts'
import { namesOf, rowMarks } from './heat-names.ts'

/** A heat map by itself: with its title, axes, names at its edge, and what its colours mean. */
export interface HeatFile {
  readonly matrix: MatrixAnswer
  readonly standing: readonly Standing[]
  readonly title: string
}

const [width, left, top, across, down] = [980, 62, 40, 780, 400]
const height = top + down + 64

interface Words {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly at?: 'middle' | 'end'
  readonly bold?: true
}

interface Swatch {
  readonly x: number
  readonly colour: string
}

/** A row for each row of the map, a column for each of its columns, by its first step. */
export function heatTable(matrix: MatrixAnswer): Table {
  const { cols, from, stepsPerCol, states } = matrix
  const cells = cellsOf(matrix)
  const head = Array.from({ length: cols }, (_, col) => String(from + col * stepsPerCol))
  const of = (row: number): string =>
    states
      .filter((one) => one.row === row && one.state !== 'named')
      .map(({ rank, state, from: col }) => `${rank} ${state} from step ${from + col * stepsPerCol}`)
      .join('; ')
  const rows = matrix.ranks.map((ranks, row) => [
    ranges(ranks),
    of(row),
    ...head.map((_, col) => rounded(valueOf(cells[row * cols + col] ?? 0, matrix))),
  ])
  return { head: ['ranks', 'state', ...head], rows }
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(4))
}

export async function heatPng(file: HeatFile, of: Theme): Promise<Blob> {
  const canvas = document.createElement('canvas')
  const ratio = Math.max(1, devicePixelRatio)
  canvas.width = width * ratio
  canvas.height = height * ratio
  const pen = canvas.getContext('2d')
  if (pen === null) throw new Error('there is no drawing to save')
  pen.scale(ratio, ratio)
  const style = getComputedStyle(document.documentElement)
  pen.fillStyle = style.getPropertyValue('--panel').trim()
  pen.fillRect(0, 0, width, height)
  pen.imageSmoothingEnabled = false
  pen.drawImage(cellsDrawn(file.matrix, of), left, top, across, down)
  pen.fillStyle = style.getPropertyValue('--text').trim()
  for (const { x, y, text, at, bold } of wordsOf(file)) {
    pen.font = `${bold === true ? 'bold 13px' : '11px'} Helvetica Neue, Arial, sans-serif`
    pen.textAlign = at === 'middle' ? 'center' : (at ?? 'left')
    pen.fillText(text, x, y)
  }
  for (const { x, colour } of swatchesOf(file.matrix, of)) {
    pen.fillStyle = colour
    pen.fillRect(x, height - 24, 16, 12)
  }
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('no picture')) : resolve(blob)))
  })
}

/** Light, whatever the page is; the cells are one picture in it, the rest are words. */
export function heatSvg(file: HeatFile): string {
  const words = wordsOf(file).map(
    ({ x, y, text, at, bold }) =>
      `<text x="${round(x)}" y="${round(y)}"${at === undefined ? '' : ` text-anchor="${at}"`}${bold === true ? ' font-size="13" font-weight="bold"' : ''}>${escaped(text)}</text>`,
  )
  const swatches = swatchesOf(file.matrix, 'light').map(
    ({ x, colour }) => `<rect x="${x}" y="${height - 24}" width="16" height="12" fill="${colour}"/>`,
  )
  const cells = cellsDrawn(file.matrix, 'light').toDataURL('image/png')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11"><rect width="${width}" height="${height}" fill="#fff"/><image x="${left}" y="${top}" width="${across}" height="${down}" preserveAspectRatio="none" image-rendering="pixelated" href="${cells}"/>${[...words, ...swatches].join('')}</svg>`
}

function cellsDrawn(matrix: MatrixAnswer, of: Theme): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  drawHeat(canvas, matrix, of)
  return canvas
}

function wordsOf({ matrix, standing, title }: HeatFile): Words[] {
  const { from, to, scale } = matrix
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part): Words => ({
    x: left + part * across,
    y: top + down + 18,
    text: number(Math.round(from + part * (to - from))),
    at: 'middle',
  }))
  const [low, high] = scale.kind === 'log2' ? ['0.7×', '1.8× the median and more'] : [scale.min, scale.max]
  return [
    { x: left, y: 24, text: title, bold: true },
    { x: left - 8, y: top - 6, text: 'rank', at: 'end' },
    ...rowMarks(matrix).map(({ text, part }): Words => ({
      x: left - 8,
      y: top + part * down + 8,
      text,
      at: 'end',
    })),
    ...namesOf(matrix, standing, down).map(({ text, top: y }): Words => ({
      x: left + across + 8,
      y: top + y + 12,
      text,
    })),
    ...steps,
    { x: left + across + 8, y: top + down + 18, text: 'step' },
    { x: left, y: height - 14, text: typeof low === 'number' ? number(low) : low },
    { x: left + 240, y: height - 14, text: typeof high === 'number' ? number(high) : high },
    { x: left + across, y: height - 14, text: 'hatched: lost or ended · empty: no points', at: 'end' },
  ]
}

function swatchesOf({ scale }: MatrixAnswer, of: Theme): Swatch[] {
  const parts = Array.from({ length: 10 }, (_, at) => at / 9)
  return parts.map((part, at) => {
    const octaves = scale.kind === 'log2' ? Math.log2(0.7) + part * Math.log2(1.8 / 0.7) : part * 1.1 + 0.1
    return { x: left + 66 + at * 17, colour: `rgb(${heatColour(octaves, of).join(',')})` }
  })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
