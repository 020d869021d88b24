import { craySays } from './cray.ts'
import type { Covers, Device } from './device.ts'
import type { DeviceTotal } from './meter.ts'
import type { Total } from './tally.ts'

/** What a device took, and whether it is part of what the machine took: counted devices do not overlap. */
export type Entry = Device & Total & { readonly counted: boolean }

/**
 * The finest set of devices that do not overlap, each by the best way to know it. A node's counter is what all of it took:
 * its devices are counted, and what it has beyond them as `rest`, so that all together are what the node counted; what was
 * not measured by a counter of its own is in that rest. Platform, core and uncore hold, or are held by, what is counted.
 *
 * @param totals best first, of the sources of one device
 */
export function account(totals: readonly DeviceTotal[]): readonly Entry[] {
  const node = totals.find(({ covers }) => covers === 'node')
  const parts = finest(totals).filter(({ kind }) => node === undefined || kind === 'measured')
  const entries: Entry[] = totals.map((one) => ({ ...plain(one), counted: parts.includes(one) }))
  return node === undefined ? entries : [...entries, restOf(node, parts)]
}

const partsOf: readonly Covers[] = ['package', 'dram', 'gpu']

/** Each device by the best way to know it. What HPE counts has no name that others know it by: it stands for all of them. */
function finest(totals: readonly DeviceTotal[]): readonly DeviceTotal[] {
  return partsOf.flatMap((covers) => {
    const all = totals.filter((one) => one.covers === covers)
    const nameless = all.filter(({ method }) => method === craySays)
    if (nameless.length > 0) return nameless
    const best = new Map<string, DeviceTotal>()
    for (const one of all) if (!best.has(one.device)) best.set(one.device, one)
    return [...best.values()]
  })
}

function restOf(node: DeviceTotal, parts: readonly DeviceTotal[]): Entry {
  const sum = (of: (one: DeviceTotal) => number): number => parts.reduce((all, one) => all + of(one), 0)
  const powers = (of: 'leastWatts' | 'mostWatts', other: 'leastWatts' | 'mostWatts'): number | undefined =>
    node[of] === undefined ? undefined : Math.max(0, node[of] - sum((one) => one[other] ?? 0))
  return {
    device: 'rest',
    method: node.method,
    kind: 'measured',
    covers: 'rest',
    source: node.source,
    counted: true,
    joules: node.joules - sum(({ joules }) => joules),
    lowerJoules: node.lowerJoules - sum(({ upperJoules }) => upperJoules),
    upperJoules: node.upperJoules - sum(({ lowerJoules }) => lowerJoules),
    coveredMs: node.coveredMs,
    leastWatts: powers('leastWatts', 'mostWatts'),
    mostWatts: powers('mostWatts', 'leastWatts'),
  }
}

function plain(one: DeviceTotal): Device & Total {
  const { device, method, kind, covers, source, uuid, model, index, parts, reason } = one
  const { joules, lowerJoules, upperJoules, coveredMs, leastWatts, mostWatts } = one
  const total = { joules, lowerJoules, upperJoules, coveredMs, leastWatts, mostWatts }
  return { device, method, kind, covers, source, uuid, model, index, parts, reason, ...total }
}
