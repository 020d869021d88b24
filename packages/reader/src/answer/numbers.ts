/** Where a column has a number that JSON has not, by index from 0. The column itself holds 0 there, never null. */
export interface Odd {
  readonly nan?: readonly number[]
  readonly positiveInfinity?: readonly number[]
  readonly negativeInfinity?: readonly number[]
}

/** By the name of the column; columns of finite numbers alone are not in it. */
export type OddColumns = Readonly<Record<string, Odd>>
