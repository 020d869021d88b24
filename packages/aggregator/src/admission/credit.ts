import { limits } from '@provloom/shared'

/** A rank's share, in bytes, of what may be in flight. */
export function creditFor(ranks: number): number {
  const share = Math.floor(limits.inFlightBytesMax / Math.max(1, ranks))
  return Math.min(limits.creditBytes, Math.max(limits.creditBytesMin, share))
}

/** How long, in milliseconds, a rank holds records back to fill an envelope: many ranks together send no more than a few do. */
export function envelopeAgeFor(ranks: number): number {
  const ageMs = Math.ceil((ranks / limits.envelopesPerSecond) * 1000)
  return Math.min(limits.envelopeAgeMsMax, Math.max(limits.envelopeAgeMs, ageMs))
}
