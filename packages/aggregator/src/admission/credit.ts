import { limits } from '@provloom/shared'

/** Sent and not acknowledged, over all ranks. */
export const inFlightBytesMax: number = 256 * 1024 * 1024
/** An agent may always have one envelope on its way, however little credit it has. */
const creditBytesMin = 256 * 1024

/** A rank's share of what may be in flight. */
export function creditFor(ranks: number): number {
  const share = Math.floor(inFlightBytesMax / Math.max(1, ranks))
  return Math.min(limits.creditBytes, Math.max(creditBytesMin, share))
}
