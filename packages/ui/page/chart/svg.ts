import type { Fit } from './fit.ts'
import type { Strip } from './strip.ts'

/** A chart as a drawing of its own: for papers, where a picture of pixels is none. Light, whatever the page is. */
export function svgOf(strips: readonly Strip[], fit: Fit, title: string, colours: readonly string[]): string {
  const [width, height, left, top, right, bottom] = [760, 320, 60, 34, 90, 34]
  const places = strips.flatMap(({ x }) => x)
  const [first, last] = [Math.min(...places), Math.max(...places)]
  const across = (one: number): number =>
    left + ((one - first) / (last - first || 1)) * (width - left - right)
  const down = (one: number): number => {
    const within = Math.min(fit.high, Math.max(fit.low, one))
    return top + (1 - (within - fit.low) / (fit.high - fit.low || 1)) * (height - top - bottom)
  }
  const colourOf = ({ colour }: Strip): string => colours[colour % colours.length] ?? '#000'
  const bands = strips.map((strip) => bandOf(strip, across, down, colourOf(strip)))
  const lines = strips.map((strip) => {
    const points = strip.x.flatMap((one, at) =>
      strip.mid[at] === null ? [] : [`${round(across(one))},${round(down(strip.mid[at]!))}`],
    )
    return `<polyline fill="none" stroke="${colourOf(strip)}" stroke-width="1.5"${strip.dashed ? ' stroke-dasharray="6 4"' : ''} points="${points.join(' ')}"/>`
  })
  const marks = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const value = fit.low + part * (fit.high - fit.low)
    const place = first + part * (last - first)
    return [
      `<line x1="${left}" x2="${width - right}" y1="${round(down(value))}" y2="${round(down(value))}" stroke="#ddd"/>`,
      `<text x="${left - 6}" y="${round(down(value)) + 4}" text-anchor="end">${short(value)}</text>`,
      `<text x="${round(across(place))}" y="${height - bottom + 18}" text-anchor="middle">${short(place)}</text>`,
    ]
  })
  const names = strips.map(
    (strip, at) =>
      `<text x="${width - right + 6}" y="${top + 12 + at * 16}" fill="${colourOf(strip)}">${escaped(strip.label)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11"><rect width="${width}" height="${height}" fill="#fff"/><text x="${left}" y="20" font-size="13" font-weight="bold">${escaped(title)}</text>${[...marks, ...bands, ...lines, ...names].join('')}</svg>`
}

function bandOf(
  strip: Strip,
  across: (one: number) => number,
  down: (one: number) => number,
  colour: string,
): string {
  const { min, max } = strip
  if (min === undefined || max === undefined) return ''
  const there = strip.x
    .map((one, at) => ({ one, low: min[at] ?? null, high: max[at] ?? null }))
    .filter(({ low, high }) => low !== null && high !== null)
  const upper = there.map(({ one, high }) => `${round(across(one))},${round(down(high!))}`)
  const lower = there.map(({ one, low }) => `${round(across(one))},${round(down(low!))}`).toReversed()
  return `<polygon fill="${colour}" fill-opacity="0.16" points="${[...upper, ...lower].join(' ')}"/>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
