import { bucketOf, exponentMax } from '@provloom/rundir/curve'
import type { Buckets } from '@provloom/rundir/curve'

/** The narrowest width, as an exponent of two, that all have and with which there are no more buckets than told. */
export function commonExponent(all: Iterable<Buckets>, bucketsMax: number): number {
  const curves = [...all]
  let exponent = Math.max(0, ...curves.map((one) => one.exponent))
  let ids = new Set<number>()
  for (const { firstStep } of curves) for (const step of firstStep) ids.add(bucketOf(step, exponent))
  while (ids.size > bucketsMax && exponent < exponentMax) {
    exponent++
    ids = new Set([...ids].map((id) => Math.floor(id / 2)))
  }
  return exponent
}
