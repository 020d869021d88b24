import fs from 'node:fs'
import path from 'node:path'
import { benchRoot } from '../machine/paths.ts'
import { number } from '../report/table.ts'

export interface Curve {
  readonly title: string
  readonly unit: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

const PANEL = { width: 300, height: 190, left: 58, right: 14, top: 30, bottom: 34 }
const COLUMNS = 3
const INK = '#1f2937'
const LINE = '#2563eb'
const FAINT = '#d1d5db'

/**
 * Writes curves as one picture, bench/pictures/NAME.svg: a panel each, x logarithmic, y from zero.
 *
 * @returns the file, relative to the repository
 */
export function drawCurves(name: string, title: string, axis: string, curves: readonly Curve[]): string {
  const folder = path.join(benchRoot, 'pictures')
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, `${name}.svg`), picture(title, axis, curves))
  return `bench/pictures/${name}.svg`
}

function picture(title: string, axis: string, curves: readonly Curve[]): string {
  const width = PANEL.width * COLUMNS
  const height = 36 + PANEL.height * Math.ceil(curves.length / COLUMNS)
  const panels = curves.map((curve, i) => {
    const x = (i % COLUMNS) * PANEL.width
    const y = 36 + Math.floor(i / COLUMNS) * PANEL.height
    return `<g transform="translate(${x} ${y})">${panel(curve, axis)}</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="${INK}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="14" y="24" font-size="15">${escaped(title)}</text>
${panels.join('\n')}
</svg>
`
}

function panel(curve: Curve, axis: string): string {
  const xs = curve.points.map((point) => point.x)
  const low = Math.log10(Math.min(...xs))
  const high = Math.max(Math.log10(Math.max(...xs)), low + 1e-9)
  const top = niceTop(Math.max(...curve.points.map((point) => point.y)))
  const { width, height, left, right } = PANEL
  const bottom = height - PANEL.bottom
  const at = (x: number): number => left + ((Math.log10(x) - low) / (high - low)) * (width - left - right)
  const up = (y: number): number => bottom - (Math.max(0, y) / top) * (bottom - PANEL.top)
  const grid = [0, 0.5, 1].map(
    (part) =>
      `<line x1="${left}" x2="${width - right}" y1="${up(top * part)}" y2="${up(top * part)}" stroke="${FAINT}"/><text x="${left - 5}" y="${up(top * part) + 4}" text-anchor="end">${number(top * part)}</text>`,
  )
  const marks = curve.points.map(
    ({ x, y }) =>
      `<circle cx="${at(x).toFixed(1)}" cy="${up(y).toFixed(1)}" r="3" fill="${LINE}"/><text x="${at(x).toFixed(1)}" y="${bottom + 14}" text-anchor="middle">${tick(x)}</text>`,
  )
  const line = curve.points.map(({ x, y }) => `${at(x).toFixed(1)},${up(y).toFixed(1)}`).join(' ')
  return [
    `<text x="${left - 44}" y="16" font-weight="bold">${escaped(`${curve.title}, ${curve.unit}`)}</text>`,
    ...grid,
    `<polyline points="${line}" fill="none" stroke="${LINE}" stroke-width="1.5"/>`,
    ...marks,
    `<text x="${(left + width - right) / 2}" y="${bottom + 28}" text-anchor="middle">${escaped(axis)}</text>`,
  ].join('')
}

/** 1, 2 or 5 times a power of ten, at least `value`. */
function niceTop(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power
}

function tick(value: number): string {
  const power = Math.log10(value)
  return Number.isInteger(power) && power >= 3 ? `1e${power}` : String(value)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
