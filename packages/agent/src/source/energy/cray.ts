import path from 'node:path'
import { namesIn } from '@provloom/shared'
import type { CounterDevice, Covers, EnergySource, Found, Reading } from './device.ts'
import { lineIn } from './text.ts'

/** The method of all that it counts. */
export const craySays = 'pm_counters'

/** A joule: what the files count in. */
const resolutionUj = 1e6
const plausibleWatts: Readonly<Record<'node' | 'package' | 'dram' | 'gpu', number>> = {
  node: 20_000,
  package: 4_000,
  dram: 2_000,
  gpu: 4_000,
}

/**
 * HPE Cray EX nodes measure themselves (`pm_counters`), ten times a second: `energy` of the node, `cpu_energy` of its
 * processors, `memory_energy` beside them, `accelN_energy` of each accelerator. `12345 J 1700000000000000 us` each. `startup`
 * changes when the counters begin anew.
 */
export class CraySource implements EnergySource {
  readonly #folder: string
  readonly #files = new Map<string, string>()
  #startup: string | undefined

  constructor(root: string) {
    this.#folder = path.join(root, 'sys/cray/pm_counters')
  }

  find(): Found {
    const devices: CounterDevice[] = []
    this.#startup = lineIn(path.join(this.#folder, 'startup'))
    for (const name of namesIn(this.#folder).sort()) {
      const known = deviceOf(name)
      const source = path.join(this.#folder, name)
      if (known === undefined || joulesIn(source) === undefined) continue
      this.#files.set(known.device, source)
      devices.push({
        ...known,
        method: craySays,
        kind: 'measured',
        source,
        resolutionUj,
        plausibleWatts: plausibleWatts[known.covers],
      })
    }
    return { devices, unknown: [] }
  }

  read(): ReadonlyMap<string, Reading> {
    const readings = new Map<string, Reading>()
    const startup = lineIn(path.join(this.#folder, 'startup'))
    const anew = startup === this.#startup ? {} : ({ isAnew: true } as const)
    this.#startup = startup
    for (const [device, file] of this.#files) {
      const joules = joulesIn(file)
      if (joules !== undefined) readings.set(device, { microjoules: joules * 1_000_000n, ...anew })
    }
    return readings
  }
}

function deviceOf(name: string):
  | {
      readonly device: string
      readonly covers: Extract<Covers, 'node' | 'package' | 'dram' | 'gpu'>
      readonly index?: number
    }
  | undefined {
  if (name === 'energy') return { device: 'node', covers: 'node' }
  if (name === 'cpu_energy') return { device: 'processors', covers: 'package' }
  if (name === 'memory_energy') return { device: 'memory', covers: 'dram' }
  const accelerator = /^accel(\d)_energy$/.exec(name)?.[1]
  return accelerator === undefined
    ? undefined
    : { device: `accelerator-${accelerator}`, covers: 'gpu', index: Number(accelerator) }
}

function joulesIn(file: string): bigint | undefined {
  const number = /^(\d{1,18}) J\b/.exec(lineIn(file) ?? '')?.[1]
  return number === undefined ? undefined : BigInt(number)
}
