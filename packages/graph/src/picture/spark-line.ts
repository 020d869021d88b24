import type { Box } from './picture.ts'

/** A course in few px: from its least to its most, at even steps. */
export function sparkSvg(values: readonly number[], [x, y, width, height]: Box, colour: string): string {
  const finite = values.filter(Number.isFinite)
  const [least, most] = [
    finite.reduce((a, b) => Math.min(a, b), Infinity),
    finite.reduce((a, b) => Math.max(a, b), -Infinity),
  ]
  if (finite.length < 2) return ''
  // Halved, for the difference of two doubles may be none.
  const range = most / 2 - least / 2
  const points = finite.map((value, i) => {
    const share = range === 0 ? 0.5 : (value / 2 - least / 2) / range
    return `${tenth(x + (width * i) / (finite.length - 1))} ${tenth(y + height * (1 - share))}`
  })
  return `<path d="M${points.join('L')}" fill="none" stroke="${colour}" stroke-width="1.4" stroke-linejoin="round"/>`
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
