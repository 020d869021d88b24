import type { Axis, Strip } from './strip.ts'
import { number } from '../model/format.ts'

/** What stands below the cross-hair: value by value, with the ranks of the ends. */
export function Tip(props: {
  readonly at: number
  readonly left: number
  readonly width: number
  readonly by: Axis['by']
  readonly strips: readonly Strip[]
  readonly label: (value: number) => string
}): preact.JSX.Element | null {
  const { at, left, width, by, strips, label } = props
  const rows = strips.flatMap((strip) => {
    const index = nearest(strip.x, at)
    return index === undefined ? [] : rowsOf(strip, index, strips.length > 1)
  })
  if (rows.length === 0) return null
  const place = left > width / 2 ? { right: `${width - left - 40}px` } : { left: `${left + 64}px` }
  return (
    <div class="tip" style={place} aria-hidden="true">
      <b>
        {by === 'step'
          ? `step ${number(at)}`
          : by === 'time'
            ? new Date(at * 1e3).toISOString().slice(11, 19)
            : `${at.toFixed(1)} s`}
      </b>
      {rows.map(({ name, value }) => (
        <span>
          {name} <i>{value === null ? '–' : label(value)}</i>
        </span>
      ))}
    </div>
  )
}

interface Row {
  readonly name: string
  readonly value: number | null
}

function rowsOf(strip: Strip, at: number, named: boolean): Row[] {
  const mid = {
    name: named ? strip.label : strip.ranks === undefined || strip.ranks < 2 ? strip.label : 'median',
    value: strip.mid[at] ?? null,
  }
  if (strip.min === undefined || strip.max === undefined || named) return [mid]
  const rank = (ranks: readonly number[] | undefined): string =>
    (strip.ranks ?? 1) < 2 || ranks === undefined ? '' : `, rank ${ranks[at]}`
  return [
    { name: `max${rank(strip.maxRank)}`, value: strip.max[at] ?? null },
    mid,
    { name: `min${rank(strip.minRank)}`, value: strip.min[at] ?? null },
  ]
}

/** The bucket that the place is in. */
function nearest(x: readonly number[], at: number): number | undefined {
  let [low, high] = [0, x.length - 1]
  if (high < 0 || x[0]! > at) return undefined
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (x[middle]! <= at) low = middle
    else high = middle - 1
  }
  return low
}
