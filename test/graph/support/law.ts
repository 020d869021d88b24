import { devicesOf } from './host.ts'
import { ranksOfHost } from './plan.ts'
import type { Example } from './plan.ts'

/** Training, validation and testing. */
const contexts = 3
/** The script, which has a copy, and the diff. */
const codeRecords = 7 + 4

/**
 * How many records the example may have: 350, packages, 6 a rank and 3 a context of it, 2 a series, 3 a value outside the
 * sets, 3 a host and 2 for each of its measurements and devices, 4 an artifact (7 with a copy), 2 a part.
 */
export function recordsMax({ ranks, series, packages, versions, devices, alike, group }: Example): number {
  const hosts = Math.ceil(ranks / ranksOfHost)
  const measured = 7 + Math.max(1, devicesOf[devices].length)
  const outside = 2 + (ranks === 1 ? alike : 0)
  const ofRank = 6 + 3 * contexts + 2 * series + (group ? 3 : 2) * outside
  return 350 + packages + ranks * ofRank + hosts * (3 + 2 * measured) + 4 * versions + codeRecords + 2
}

/** How many bytes, with ten series a rank: 12 MB at 1,024 ranks. */
export function bytesMax({ ranks }: Example): number {
  return 150_000 + 11_500 * ranks
}
