import fs from 'node:fs'
import path from 'node:path'

/** Energy of one physical device since counting began. */
export interface DeviceEnergy {
  readonly device: string
  readonly joules: number
}

interface Counter {
  readonly device: string
  readonly file: string
  /** The counter begins anew at this many microjoules. */
  readonly rangeUj: bigint
  last: bigint
  sum: bigint
}

/**
 * Intel and AMD processors count their own energy (RAPL, Linux powercap). Packages, and the memory beside them; not the
 * platform's total, which holds both again. Read often enough that a counter never wraps twice: at full load it does so
 * after some minutes.
 */
export class RaplMeter {
  readonly method = 'rapl'
  readonly #counters: Counter[] = []

  constructor(root = '/sys/class/powercap') {
    let names: string[] = []
    try {
      names = fs.readdirSync(root).filter((name) => /^(intel|amd)-rapl:\d+(:\d+)?$/.test(name))
    } catch {
      return
    }
    for (const name of names.sort()) {
      const counter = counterOf(root, name)
      if (counter !== undefined) this.#counters.push(counter)
    }
  }

  /** Whether this machine lets us read any counter. */
  get available(): boolean {
    return this.#counters.length > 0
  }

  sample(): DeviceEnergy[] {
    return this.#counters.map((counter) => {
      const now = microjoules(counter.file)
      if (now !== undefined) {
        counter.sum += now >= counter.last ? now - counter.last : now + counter.rangeUj - counter.last
        counter.last = now
      }
      return { device: counter.device, joules: Number(counter.sum) / 1e6 }
    })
  }
}

function counterOf(root: string, name: string): Counter | undefined {
  const folder = path.join(root, name)
  try {
    const zone = fs.readFileSync(path.join(folder, 'name'), 'utf8').trim()
    const parts = name.split(':')
    if (parts.length === 3 && zone !== 'dram') return undefined
    if (parts.length === 2 && !zone.startsWith('package')) return undefined
    const file = path.join(folder, 'energy_uj')
    const rangeUj = microjoules(path.join(folder, 'max_energy_range_uj'))
    const last = microjoules(file)
    if (last === undefined || rangeUj === undefined) return undefined
    const device = parts.length === 3 ? `package-${parts[1]}/dram` : zone
    return { device, file, rangeUj, last, sum: 0n }
  } catch {
    return undefined
  }
}

function microjoules(file: string): bigint | undefined {
  try {
    return BigInt(fs.readFileSync(file, 'utf8').trim())
  } catch {
    return undefined
  }
}
