/** Set by `npm run endure`: the tests that it names try more than they do in `npm test`, and wait as long as users do. */
export const enduring: boolean = process.env['PROVLOOM_TEST_EFFORT'] !== undefined

/** Cases that are others once more, elsewhere or in another order: not in `npm test`, but in `npm run endure`. */
export function seldom<T>(...cases: readonly T[]): readonly T[] {
  return enduring ? cases : []
}

/** How many times as much is tried. */
export const effort: number = Math.max(1, Number(process.env['PROVLOOM_TEST_EFFORT'] ?? '1'))

/** Tries of a property: the first third of them in `npm test`. */
export function tries(count: number): number {
  return enduring ? count * effort : Math.ceil(count / 3)
}

/** Where random choices begin: `npm run endure -- NAME --seed N`. */
export const firstSeed: number = Number(process.env['PROVLOOM_TEST_SEED'] ?? '1')

/** Seeds for a test: so many in `npm test`, always the same ones. */
export function seeds(count: number): number[] {
  return Array.from({ length: Math.ceil(count * effort) }, (_, i) => firstSeed + i)
}

/** A property's own seed, or another one of the same run. */
export function seedOf(own: number): number {
  return own + firstSeed - 1
}
