import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'
import type { CounterDevice, EnergySource, Found, Reading, UnknownDevice } from './device.ts'
import { lineIn, whyNot } from './text.ts'

/** 2^-16 J. */
const stepUj = 1e6 / 65_536
const plausibleWatts = 4_000

/** Where `energy_accumulator` stands in `gpu_metrics` of format 1, by its content revision (kgd_pp_interface.h). */
const offsets: ReadonlyMap<number, number> = new Map([
  [1, 24],
  [2, 24],
  [3, 24],
  [4, 24],
  [5, 88],
  [6, 16],
])

/** AMD's accelerators count their energy in a file of their driver's, in steps of 2^-16 J; whoever may read sysfs may read it. */
export class AmdSource implements EnergySource {
  readonly #root: string
  readonly #files = new Map<string, string>()

  constructor(root: string) {
    this.#root = path.join(root, 'sys/class/drm')
  }

  find(): Found {
    const devices: CounterDevice[] = []
    const unknown: UnknownDevice[] = []
    const cards = namesIn(this.#root)
      .flatMap((name) => /^card(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
      .map((card) => path.join(this.#root, `card${card}`, 'device'))
      .filter((folder) => lineIn(path.join(folder, 'vendor')) === '0x1002')
    for (const [index, folder] of cards.entries()) {
      const uuid = lineIn(path.join(folder, 'unique_id'))
      const about = {
        device: uuid === undefined ? `amd-gpu-${index}` : `GPU-${uuid}`,
        covers: 'gpu',
        index,
        uuid,
        model: lineIn(path.join(folder, 'product_name')),
      } as const
      const source = path.join(folder, 'gpu_metrics')
      const count = countIn(source)
      if (typeof count === 'string') {
        unknown.push({ ...about, reason: `gpu_metrics: ${count}` })
        continue
      }
      this.#files.set(about.device, source)
      devices.push({
        ...about,
        method: 'gpu_metrics',
        kind: 'measured',
        source,
        resolutionUj: stepUj,
        plausibleWatts,
      })
    }
    return { devices, unknown }
  }

  read(): ReadonlyMap<string, Reading> {
    const readings = new Map<string, Reading>()
    for (const [device, file] of this.#files) {
      const count = countIn(file)
      if (typeof count === 'bigint') readings.set(device, { microjoules: (count * 1_000_000n) / 65_536n })
    }
    return readings
  }
}

/** The accumulator, or in words why there is none. */
function countIn(file: string): bigint | string {
  let bytes: Buffer
  try {
    bytes = fs.readFileSync(file)
  } catch {
    return whyNot(file)
  }
  // structure_size u16, format_revision u8, content_revision u8
  const [format, content] = [bytes[2] ?? 0, bytes[3] ?? 0]
  const offset = format === 1 ? offsets.get(content) : undefined
  if (offset === undefined || bytes.length < offset + 8)
    return `its form ${format}.${content} has no counter of energy`
  const count = bytes.readBigUInt64LE(offset)
  // All bits set: the firmware has none.
  return count === 0xffff_ffff_ffff_ffffn ? 'the firmware counts none' : count
}
