import { extentOf } from './statistics.ts'
import type { Extent } from './statistics.ts'
import type { RunState } from './state.ts'
import type { Tallies } from './tally.ts'

/** How far the metrics have come that each attempt of a rank logs itself, by its key; those without a point are not there. */
export function extentsOf(state: RunState, tallies: Tallies): Map<string, Extent> {
  const extents = new Map<string, Extent>()
  for (const { metricKey, ownerKey, slots } of state.series.values()) {
    const metric = state.metrics.get(metricKey)
    if (metric === undefined || metric.measures !== undefined) continue
    const extent = extentOf(
      tallies,
      slots.map(({ slot }) => slot),
    )
    if (extent === undefined) continue
    const known = extents.get(ownerKey)
    extents.set(ownerKey, known === undefined ? extent : further(known, extent))
  }
  return extents
}

function further(one: Extent, other: Extent): Extent {
  return {
    firstStep: Math.min(one.firstStep, other.firstStep),
    lastStep: Math.max(one.lastStep, other.lastStep),
    firstTime: Math.min(one.firstTime, other.firstTime),
    lastTime: Math.max(one.lastTime, other.lastTime),
  }
}
