import type { DiffRow, DiffValue } from '../answer/diff.ts'

/** A row of runs beside each other. */
export function rowOf(name: string, values: readonly (DiffValue | undefined)[], caveat?: string): DiffRow {
  const [first, ...others] = values
  const equal = others.every((one) => one === first)
  return {
    name,
    values: values.map((one) => one ?? null),
    equal,
    ...(caveat === undefined || !equal ? {} : { caveat }),
  }
}

/** All names in the order in which the runs have them. */
export function namesOf(lists: readonly ReadonlyMap<string, unknown>[]): string[] {
  return [...new Set(lists.flatMap((one) => [...one.keys()]))]
}
