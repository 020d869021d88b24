import { itemsIn } from './literal.ts'
import type { Item } from './literal.ts'

/** A series as columns: times in microseconds since the epoch, undefined where none was recorded. */
export interface Columns {
  readonly steps: readonly number[]
  /** Of each step one value, or those of a list. */
  readonly values: readonly Item[]
  readonly times: readonly (number | undefined)[]
}

/** Microseconds out of seconds or milliseconds, which versions differ in; 0 is none. */
export function timeUs(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isFinite(value) || value <= 0) return undefined
  return Math.round(value * (value < 1e11 ? 1e6 : 1e3))
}

/**
 * A CSV file of either version: a heading, then rows of step, value and time. A value may be a list, with commas in it.
 *
 * @returns undefined for what is no such file
 */
export function columnsOfCsv(text: string): Columns | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const separator =
    /^\s*-?\d+(?:\.0)?([^\d.\s-])/.exec(lines[1] ?? '')?.[1] ?? /^\s*-?\d+(\s)/.exec(lines[1] ?? '')?.[1]
  if (lines.length < 2 || separator === undefined) return lines.length === 1 ? empty : undefined
  const steps: number[] = []
  const values: Item[] = []
  const times: (number | undefined)[] = []
  for (const line of lines.slice(1)) {
    const [step = '', ...rest] = line.split(separator)
    const time = rest.pop()
    const found = itemsIn(rest.join(separator))
    if (
      time === undefined ||
      !Number.isInteger(Number(step)) ||
      typeof found === 'string' ||
      found.length === 0
    )
      return undefined
    steps.push(Number(step))
    values.push(found.length === 1 ? found[0]! : found.flat())
    times.push(timeUs(Number(time)))
  }
  return { steps, values, times }
}

const empty: Columns = { steps: [], values: [], times: [] }
