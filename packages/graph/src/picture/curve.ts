import { columns } from './layout.ts'
import type { PictureRelation } from './picture.ts'

/** An arrow's head: how long, and half as wide. */
const [headLength, headHalf] = [7, 3.2]

type Arrow = Pick<PictureRelation, 'line' | 'side' | 'bend'>

/** The line of an arrow, from its begin to the foot of its head. */
export function bendOf({ line: [x1, y1, x2, y2], side, bend }: Arrow): string {
  if (side === 'along') return `M${x1} ${y1}V${y2 - Math.sign(y2 - y1) * headLength}`
  if (side === 'around') return `M${x1} ${y1}C${x1 + 16} ${y1} ${x2 + 16} ${y2} ${x2 + headLength} ${y2}`
  const foot = x2 - Math.sign(x2 - x1) * headLength
  const middle = bend ?? middleOf(x1, x2)
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${foot} ${y2}`
}

/** Of the gap between two columns. */
function middleOf(x1: number, x2: number): number {
  const gaps = [
    (columns.in.x + columns.in.width + columns.ran.x) / 2,
    (columns.ran.x + columns.ran.width + columns.out.x) / 2,
  ]
  return gaps.find((one) => Math.min(x1, x2) <= one && one <= Math.max(x1, x2)) ?? (x1 + x2) / 2
}

export function headOf({ line: [x1, y1, x2, y2], side }: Arrow): string {
  if (side === 'along') {
    const back = -Math.sign(y2 - y1) * headLength
    return `M${x2} ${y2}l${-headHalf} ${back}h${2 * headHalf}z`
  }
  const back = side === 'around' ? headLength : -Math.sign(x2 - x1) * headLength
  return `M${x2} ${y2}l${back} ${-headHalf}v${2 * headHalf}z`
}

/** Where an arrow's name stands. */
export function labelPlace({ line: [x1, y1, x2, y2], side, bend }: Arrow): {
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'middle'
} {
  if (side === 'along') return { x: x1 + 8, y: (y1 + y2) / 2 + 4, anchor: 'start' }
  return { x: bend ?? middleOf(x1, x2), y: Math.round((y1 + y2) / 2) + 4, anchor: 'middle' }
}
