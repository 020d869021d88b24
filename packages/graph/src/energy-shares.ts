import { energyKinds } from './energy-device.ts'
import type { DeviceTotal, EnergyKind, Inhabitant } from './energy-device.ts'

/** Whole joules by kind: ranks and what is nobody's are together what the machine's counted devices took. */
export interface Shares {
  readonly host: ReadonlyMap<EnergyKind, number>
  /** By the key of a rank. */
  readonly ranks: ReadonlyMap<string, ReadonlyMap<EnergyKind, number>>
  readonly unattributed: ReadonlyMap<EnergyKind, number>
}

/** More than any machine has ever taken: whoever tells more is broken, and whole joules stay whole numbers. */
const joulesMax = 1e15

function sane(joules: number): number {
  return Number.isNaN(joules) ? 0 : Math.min(joulesMax, Math.max(0, joules))
}

/** What processes compute on shares what a rank has of it: processors by their time, as its agent says, accelerators by who is on them. */
export function sharesOf(devices: readonly DeviceTotal[], inhabitants: readonly Inhabitant[]): Shares {
  const host = new Map<EnergyKind, number>()
  const ranks = new Map<string, Map<EnergyKind, number>>()
  const unattributed = new Map<EnergyKind, number>()
  const inOrder = inhabitants.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  for (const kind of energyKinds) {
    const own = devices.filter((one) => one.counted && one.kind === kind)
    if (own.length === 0) continue
    const all = sane(own.reduce((sum, { joules }) => sum + sane(joules), 0))
    const parts = partsOf(own, kind, inOrder)
    const left = Math.max(0, all - parts.reduce((sum, part) => sum + part, 0))
    const whole = wholes([...parts, left], Math.round(all))
    host.set(kind, Math.round(all))
    unattributed.set(kind, whole.at(-1) ?? 0)
    for (const [i, { key }] of inOrder.entries()) {
      const known = ranks.get(key) ?? new Map<EnergyKind, number>()
      ranks.set(key, known.set(kind, whole[i] ?? 0))
    }
  }
  return { host, ranks, unattributed }
}

/** In the order of the ranks: of processors and memory what their agents say, never more than there was; of accelerators theirs. */
function partsOf(
  devices: readonly DeviceTotal[],
  kind: EnergyKind,
  inhabitants: readonly Inhabitant[],
): number[] {
  const computed = devices.filter(({ facts }) => facts.covers === 'package' || facts.covers === 'dram')
  const there = computed.reduce((sum, { joules }) => sum + sane(joules), 0)
  const told = inhabitants.map(({ rank }) => toldBy(rank, kind))
  const sum = told.reduce((all, one) => all + one, 0)
  // Agents do not look at one moment.
  const fits = sum > there ? there / sum : 1
  const parts = told.map((one) => one * fits)
  for (const device of devices) {
    if (device.facts.covers !== 'gpu') continue
    const holders = inhabitants.flatMap(({ rank }, i) => (holds(rank, device) ? [i] : []))
    const equal = sane(device.joules) / Math.max(1, holders.length)
    const each = Math.min(equal, sane(device.holderJoules ?? equal))
    for (const i of holders) parts[i] = (parts[i] ?? 0) + each
  }
  return parts
}

function toldBy({ shares }: Inhabitant['rank'], kind: EnergyKind): number {
  let sum = 0
  for (const [, event] of [...shares].sort(([a], [b]) => (a < b ? -1 : 1)))
    sum += sane(event[`${kind}Joules`] ?? 0)
  return sum
}

/** By the machine's number, or by its UUID or the beginning of it; of a part of one (MIG), by its own UUID or that of the whole, the whole. */
function holds(
  { start, devices }: Inhabitant['rank'],
  { facts: { uuid, index, parts = [] } }: DeviceTotal,
): boolean {
  return (devices ?? start?.devices ?? '').split(',').some((one) => {
    const name =
      one
        .trim()
        .replace(/^MIG-(?=GPU-)/, '')
        .split('/', 1)[0] ?? ''
    if (/^\d+$/.test(name)) return index === Number(name)
    const known = [...(uuid === undefined ? [] : [uuid]), ...parts]
    return name.length > 4 && known.some((whole) => whole.toLowerCase().startsWith(name.toLowerCase()))
  })
}

/** Whole numbers nearest to these whose sum is that: what is left goes to the largest remainders, the first of those that are alike. */
function wholes(parts: readonly number[], total: number): number[] {
  const floors = parts.map(Math.floor)
  const left = total - floors.reduce((sum, one) => sum + one, 0)
  const order = parts
    .map((part, i) => ({ i, remainder: part - Math.floor(part) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i)
  for (const { i } of order.slice(0, Math.max(0, left))) floors[i] = (floors[i] ?? 0) + 1
  // A sum of many may be a step beside the sum of its parts.
  for (const { i } of order.toReversed().slice(0, Math.max(0, -left)))
    floors[i] = Math.max(0, (floors[i] ?? 0) - 1)
  return floors
}
