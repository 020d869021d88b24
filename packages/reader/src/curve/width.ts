import { bucketOf, exponentMax } from '@provloom/rundir/curve'

/**
 * The narrowest width, as an exponent of two, with which places on an axis are in no more buckets than told.
 *
 * @param least it is no narrower
 */
export function exponentFor(all: readonly Float64Array[], bucketsMax: number, least = 0): number {
  let [first, last] = [Infinity, -Infinity]
  for (const places of all)
    for (const one of places) {
      if (one < first) first = one
      if (one > last) last = one
    }
  if (first > last) return least
  let exponent = Math.max(least, Math.ceil(Math.log2(Math.max(1, (last - first) / bucketsMax))))
  while (exponent < exponentMax && bucketOf(last, exponent) - bucketOf(first, exponent) >= bucketsMax)
    exponent++
  // Places with gaps in between may be in fewer: where they are not, that is soon seen.
  while (exponent > least && fit(all, bucketsMax, exponent - 1)) exponent--
  return Math.min(exponent, exponentMax)
}

function fit(all: readonly Float64Array[], bucketsMax: number, exponent: number): boolean {
  const ids = new Set<number>()
  let before = NaN
  for (const places of all)
    for (const one of places) {
      const id = bucketOf(one, exponent)
      if (id === before) continue
      before = id
      ids.add(id)
      if (ids.size > bucketsMax) return false
    }
  return true
}
