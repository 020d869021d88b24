import type { OddColumns } from '@provloom/reader'

/** A column with the numbers back in it that JSON has not. */
export function whole(name: string, column: readonly number[], odd: OddColumns | undefined): number[] {
  const values = [...column]
  const of = odd?.[name]
  for (const index of of?.nan ?? []) values[index] = Number.NaN
  for (const index of of?.positiveInfinity ?? []) values[index] = Number.POSITIVE_INFINITY
  for (const index of of?.negativeInfinity ?? []) values[index] = Number.NEGATIVE_INFINITY
  return values
}
