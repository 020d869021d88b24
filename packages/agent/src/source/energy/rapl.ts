import path from 'node:path'
import { namesIn } from '@provloom/shared'
import { BusyMeter } from './busy.ts'
import type {
  CounterDevice,
  Covers,
  EnergySource,
  Found,
  PowerDevice,
  Reading,
  UnknownDevice,
} from './device.ts'
import { lineIn, microjoulesIn, whyNot } from './text.ts'

const method = 'RAPL'
/** Sandy Bridge's step is 2^-16 J, servers have finer ones. */
const resolutionUj = 15.3
/** Of a package or its memory, where the machine does not say what it may take. */
const plausibleWatts = 2_000

interface Zone {
  /** `intel-rapl:0`, `intel-rapl:0:1` */
  readonly name: string
  readonly device: string
  readonly covers: Covers
  readonly file: string
}

/**
 * Intel's and AMD's processors count their own energy (RAPL, Linux powercap): a zone for each package with its parts below
 * it. Memory is beside its package, cores and uncore are in it, psys is the platform's total. Since 2020 only root may read
 * them (CVE-2020-8694): then what the package may take at most, which everybody may read, gives an estimate.
 */
export class RaplSource implements EnergySource {
  readonly #folder: string
  readonly #readable = new Map<string, string>()
  readonly #estimated = new Map<string, number>()
  readonly #root: string
  #busy: BusyMeter | undefined
  readonly #nowMs: () => number

  constructor(root: string, nowMs: () => number) {
    this.#folder = path.join(root, 'sys/class/powercap')
    this.#root = root
    this.#nowMs = nowMs
  }

  find(): Found {
    this.#busy = new BusyMeter(this.#root)
    const names = namesIn(this.#folder)
    const zones = names
      .flatMap((name) => this.#zoneOf(name) ?? [])
      .sort((a, b) => (a.device < b.device ? -1 : 1))
    const devices: (CounterDevice | PowerDevice)[] = []
    const unknown: UnknownDevice[] = []
    for (const zone of zones) {
      const known = this.#deviceOf(zone)
      if ('kind' in known) devices.push(known)
      else unknown.push(known)
    }
    if (zones.some(({ covers }) => covers === 'package')) return { devices, unknown }
    const none = 'is empty or not there: virtual machines and most containers have none'
    const reason = `no counters that can be read (/sys/class/powercap ${names.length === 0 ? none : 'has no package'})`
    return { devices, unknown: [...unknown, { device: 'processors', covers: 'package', reason }] }
  }

  read(): ReadonlyMap<string, Reading> {
    const readings = new Map<string, Reading>()
    for (const [device, file] of this.#readable) {
      const microjoules = microjoulesIn(file)
      if (microjoules !== undefined) readings.set(device, { microjoules })
    }
    if (this.#estimated.size === 0) return readings
    const part = this.#busy?.part()
    if (part === undefined) return readings
    const atMs = this.#nowMs()
    for (const [device, cap] of this.#estimated)
      readings.set(device, { watts: cap * part, leastWatts: 0, mostWatts: cap, atMs })
    return readings
  }

  #zoneOf(name: string): Zone | undefined {
    const match = /^(?:intel|amd)-rapl:(\d+)(?::(\d+))?$/.exec(name)
    const zone = match === null ? undefined : lineIn(path.join(this.#folder, name, 'name'))
    if (match === null || zone === undefined) return undefined
    const file = path.join(this.#folder, name, 'energy_uj')
    if (match[2] === undefined) {
      if (zone === 'psys') return { name, device: 'psys', covers: 'platform', file }
      return zone.startsWith('package') ? { name, device: zone, covers: 'package', file } : undefined
    }
    const above = lineIn(path.join(this.#folder, name.slice(0, name.lastIndexOf(':')), 'name'))
    const covers = zone === 'dram' || zone === 'core' || zone === 'uncore' ? zone : undefined
    return covers === undefined || above === undefined
      ? undefined
      : { name, device: `${above}/${zone}`, covers, file }
  }

  #deviceOf({ name, device, covers, file }: Zone): CounterDevice | PowerDevice | UnknownDevice {
    const about = { device, covers, source: file }
    const folder = path.join(this.#folder, name)
    const cap =
      wattsIn(path.join(folder, 'constraint_0_max_power_uw')) ??
      wattsIn(path.join(folder, 'constraint_0_power_limit_uw'))
    if (microjoulesIn(file) !== undefined) {
      this.#readable.set(device, file)
      const rangeUj = microjoulesIn(path.join(folder, 'max_energy_range_uj'))
      return {
        ...about,
        method,
        kind: 'measured',
        resolutionUj,
        rangeUj,
        plausibleWatts: Math.max(plausibleWatts, 2 * (cap ?? 0)),
      }
    }
    const why = whyNot(file)
    const allows = why === 'permission denied' ? ` (root allows it: chmod a+r ${file})` : ''
    const reason = `energy_uj: ${why}${allows}`
    if (covers !== 'package' || cap === undefined || this.#busy?.part() === undefined)
      return { device, covers, reason }
    this.#estimated.set(device, cap)
    return { ...about, method: 'power limit x utilisation', kind: 'estimated', source: folder, reason }
  }
}

/** Watts from microwatts; some firmware says 0 where it has none. */
function wattsIn(file: string): number | undefined {
  const microwatts = Number(lineIn(file))
  return Number.isFinite(microwatts) && microwatts > 0 ? microwatts / 1e6 : undefined
}
