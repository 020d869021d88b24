import type { Odd, OddColumns } from '../answer/numbers.ts'

type Numbers = Readonly<Record<string, ArrayLike<number>>>

/** Columns as JSON has them: what is no finite number is told by its index. */
export function jsonColumns<C extends Numbers>(
  columns: C,
): { readonly columns: { readonly [Name in keyof C]: number[] }; readonly odd: OddColumns } {
  const odd: Record<string, Odd> = {}
  const plain = Object.entries(columns).map(([name, column]) => {
    const [numbers, found] = plainColumn(column)
    if (found !== undefined) odd[name] = found
    return [name, numbers] as const
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same names
  return { columns: Object.fromEntries(plain) as { [Name in keyof C]: number[] }, odd }
}

function plainColumn(column: ArrayLike<number>): [number[], Odd | undefined] {
  const nan: number[] = []
  const positiveInfinity: number[] = []
  const negativeInfinity: number[] = []
  const numbers = Array.from(column, (value, i) => {
    if (Number.isFinite(value)) return value
    if (Number.isNaN(value)) nan.push(i)
    else if (value > 0) positiveInfinity.push(i)
    else negativeInfinity.push(i)
    return 0
  })
  if (nan.length + positiveInfinity.length + negativeInfinity.length === 0) return [numbers, undefined]
  return [
    numbers,
    {
      ...(nan.length === 0 ? {} : { nan }),
      ...(positiveInfinity.length === 0 ? {} : { positiveInfinity }),
      ...(negativeInfinity.length === 0 ? {} : { negativeInfinity }),
    },
  ]
}
