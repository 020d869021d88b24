import { ranksOfHost } from './plan.ts'
import type { Example } from './plan.ts'

/** How large a document may be: the law of docs/prov-mapping.md, for the example. */
export function recordsMax({ ranks, series, packages, versions, hasGpus, group }: Example): number {
  const hosts = Math.ceil(ranks / ranksOfHost)
  const measured = 7 + (hasGpus ? 10 : 2)
  // Seed and shard; the versions; the script, which has a copy, and the diff.
  const own = ranks === 1 || !group ? 7 : 2
  return (
    350 +
    packages +
    12 * ranks +
    2 * series * ranks +
    3 * own * ranks +
    hosts * (3 + 2 * measured) +
    4 * versions +
    7 +
    4 +
    2
  )
}

/** Of ten series a rank. */
export function bytesMax({ ranks }: Example): number {
  return 120_000 + 11_000 * ranks
}
