import fs from 'node:fs'
import path from 'node:path'
import type { Clock } from '@provloom/shared'
import { writeSmall } from '../../spool/small-file.ts'
import type { Entry } from './account.ts'
import { carbonOf } from './carbon.ts'
import type { CarbonPlace } from './carbon.ts'
import type { EnergyKind, Figure, GpuLook } from './device.ts'
import { gpuFigures } from './gpus.ts'

/** In a session's folder. */
export function figuresFile(root: string): string {
  return path.join(root, 'energy.json')
}

const joulesPerKWh = 3.6e6

/** Of one kind, so far. */
interface Course {
  readonly joules: number
  readonly watts: number | undefined
}

/**
 * What a session's agent knows of energy now, for clients that are asked for it (`log_carbon_metrics`, `log_system_metrics`):
 * a small file in the session's folder, renewed at every interval (docs/spool-format.md, energy.json). What a rank has of
 * its machine every agent knows; what the machine takes who watches it, so that eight ranks do not tell it eight times.
 */
export class Figures {
  readonly #file: string
  readonly #clock: Clock
  readonly #place: CarbonPlace
  #gramsPerKWh: number | undefined
  #rank: ReadonlyMap<EnergyKind, Course> = new Map()
  #host: ReadonlyMap<EnergyKind, Course> = new Map()
  #devices: readonly Figure[] = []
  #looks: readonly GpuLook[] = []
  #reason: string | undefined
  #isOver = false
  readonly #readMs = new Map<string, number>()

  constructor(file: string, clock: Clock, place: CarbonPlace = {}) {
    this.#file = file
    this.#clock = clock
    this.#place = place
  }

  /** @param reason why there is nothing of some of it */
  rank(sums: ReadonlyMap<EnergyKind, number>, reason: string | undefined): void {
    this.#reason = reason
    this.#rank = this.#coursesOf('rank', sums, this.#rank)
    this.#write()
  }

  host(entries: readonly Entry[], looks: readonly GpuLook[]): void {
    const sums = new Map<EnergyKind, number>()
    for (const { counted, kind, joules } of entries)
      if (counted) sums.set(kind, (sums.get(kind) ?? 0) + joules)
    this.#host = this.#coursesOf('host', sums, this.#host)
    this.#devices = entries
      .filter(({ counted, covers }) => counted && covers === 'gpu')
      .map(({ device, joules }) => [`gpu_energy_kwh.${device.slice(0, 12)}`, joules / joulesPerKWh, 'kW.h'])
    this.#looks = looks
    this.#write()
  }

  /** The session is over. */
  end(): void {
    this.#isOver = true
    fs.rmSync(this.#file, { force: true })
  }

  /** The intensity of a zone is looked up once, where anybody has said one. */
  async place(): Promise<void> {
    const carbon = await carbonOf(this.#place)
    if (typeof carbon === 'object') this.#gramsPerKWh = carbon.gramsPerKWh
  }

  #coursesOf(
    whose: string,
    sums: ReadonlyMap<EnergyKind, number>,
    before: ReadonlyMap<EnergyKind, Course>,
  ): ReadonlyMap<EnergyKind, Course> {
    const nowMs = this.#clock.monotonicMs()
    const passedMs = nowMs - (this.#readMs.get(whose) ?? nowMs)
    this.#readMs.set(whose, nowMs)
    return new Map(
      [...sums].map(([kind, joules]) => {
        const known = before.get(kind)
        const watts =
          known === undefined || passedMs <= 0 ? known?.watts : ((joules - known.joules) * 1000) / passedMs
        return [kind, { joules, watts }]
      }),
    )
  }

  #write(): void {
    if (this.#isOver) return
    const carbon = [
      ...this.#figuresOf('rank', this.#rank),
      ...this.#figuresOf('host', this.#host),
      ...this.#devices,
    ]
    try {
      writeSmall(this.#file, {
        carbon,
        system: gpuFigures(this.#looks),
        ...(carbon.length > 0 || this.#reason === undefined ? {} : { reason: this.#reason }),
      })
    } catch {
      // The session is over, or its disk is full: nobody has to know them.
    }
  }

  #figuresOf(whose: string, courses: ReadonlyMap<EnergyKind, Course>): Figure[] {
    return [...courses].flatMap(([kind, { joules, watts }]): Figure[] => {
      const kWh = joules / joulesPerKWh
      const grams = this.#gramsPerKWh
      return [
        [`${whose}_energy_${kind}_kwh`, kWh, 'kW.h'],
        ...(watts === undefined ? [] : [[`${whose}_power_${kind}_w`, watts, 'W'] as const]),
        ...(grams === undefined
          ? []
          : [[`${whose}_emissions_${kind}_kg_co2eq`, (kWh * grams) / 1000, 'kg'] as const]),
      ]
    })
  }
}
