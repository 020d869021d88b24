import type { Tallies } from './tally.ts'

/** What the graph says of a series. `min`, `max` and `mean` are of finite values and absent where there are none. */
export interface Statistics {
  readonly rows: number
  readonly nan: number
  readonly infinite: number
  readonly min?: number
  readonly max?: number
  readonly mean?: number
  readonly sum: number
  /** Of the stream with the latest time. */
  readonly last: number
  readonly firstStep: number
  readonly lastStep: number
  readonly firstTime: number
  readonly lastTime: number
}

/**
 * The statistics of slots together.
 *
 * @param slots in an order that does not depend on arrival
 * @returns undefined when none of them has a row
 */
export function statisticsOf(tallies: Tallies, slots: readonly number[]): Statistics | undefined {
  const full = slots.filter((slot) => tallies.at('rows', slot) > 0)
  const [first] = full
  if (first === undefined) return undefined
  if (full.length === 1) return single(tallies, first)
  const total = (column: Parameters<Tallies['at']>[0]): number =>
    full.reduce((sum, slot) => sum + tallies.at(column, slot), 0)
  const lowest = (column: Parameters<Tallies['at']>[0]): number =>
    full.reduce((least, slot) => Math.min(least, tallies.at(column, slot)), Infinity)
  const highest = (column: Parameters<Tallies['at']>[0]): number =>
    full.reduce((most, slot) => Math.max(most, tallies.at(column, slot)), -Infinity)
  const latest = full.reduce((best, slot) =>
    tallies.at('lastTime', slot) > tallies.at('lastTime', best) ? slot : best,
  )
  return complete({
    rows: total('rows'),
    nan: total('nan'),
    infinite: total('positiveInfinity') + total('negativeInfinity'),
    min: lowest('min'),
    max: highest('max'),
    sum: sumOf(tallies, full),
    last: tallies.at('last', latest),
    firstStep: lowest('firstStep'),
    lastStep: highest('lastStep'),
    firstTime: lowest('firstTime'),
    lastTime: highest('lastTime'),
  })
}

function single(tallies: Tallies, slot: number): Statistics {
  return complete({
    rows: tallies.at('rows', slot),
    nan: tallies.at('nan', slot),
    infinite: tallies.at('positiveInfinity', slot) + tallies.at('negativeInfinity', slot),
    min: tallies.at('min', slot),
    max: tallies.at('max', slot),
    sum: sumOf(tallies, [slot]),
    last: tallies.at('last', slot),
    firstStep: tallies.at('firstStep', slot),
    lastStep: tallies.at('lastStep', slot),
    firstTime: tallies.at('firstTime', slot),
    lastTime: tallies.at('lastTime', slot),
  })
}

/** Sums and their compensations, added in slot order by the same method. */
function sumOf(tallies: Tallies, slots: readonly number[]): number {
  let sum = 0
  let compensation = 0
  for (const slot of slots) {
    const value = tallies.at('sum', slot)
    const after = sum + value
    compensation += Math.abs(sum) >= Math.abs(value) ? sum - after + value : value - after + sum
    compensation += tallies.at('compensation', slot)
    sum = after
  }
  const total = sum + compensation
  // The sum of finite values may be beyond a double; the compensation is then no number.
  return Number.isNaN(total) ? sum : total
}

type Gathered = Omit<Statistics, 'mean' | 'min' | 'max'> & { readonly min: number; readonly max: number }

function complete(gathered: Gathered): Statistics {
  const { min, max, ...rest } = gathered
  const finite = gathered.rows - gathered.nan - gathered.infinite
  if (finite === 0) return rest
  const mean = gathered.sum / finite
  // A mean lies between the extremes, whatever rounding or overflow say.
  return { ...rest, min, max, mean: Math.min(Math.max(mean, min), max) }
}
