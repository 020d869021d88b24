import fs from 'node:fs'
import path from 'node:path'
import { isOn, limits } from '@provloom/shared'
import type { Variables } from '../../place/variables.ts'
import { askProgram } from '../bounded.ts'
import type {
  EnergySource,
  Found,
  GpuLook,
  MachinePlaces,
  PowerDevice,
  Reading,
  UnknownDevice,
} from './device.ts'
import { NvmlSource } from './nvml.ts'

const columns = [
  'index',
  'uuid',
  'name',
  'power.draw',
  'utilization.gpu',
  'memory.used',
  'temperature.gpu',
  'clocks.sm',
] as const

const mebibyte = 1024 * 1024

/** NVIDIA's GPUs: by their library's counter, else by the power that `nvidia-smi` says they draw, asked at every interval. */
export class NvidiaSource implements EnergySource {
  readonly #places: MachinePlaces
  readonly #environment: Variables
  readonly #nowMs: () => number
  readonly #nvml: NvmlSource
  #isNvml = true
  #readings: ReadonlyMap<string, Reading> = new Map()
  #looks: readonly GpuLook[] = []

  constructor(places: MachinePlaces, environment: Variables, nowMs: () => number) {
    this.#places = places
    this.#environment = environment
    this.#nowMs = nowMs
    this.#nvml = new NvmlSource(places.nvml, nowMs)
  }

  async find(): Promise<Found> {
    if (!fs.existsSync(path.join(this.#places.root, 'proc/driver/nvidia/version')))
      return { devices: [], unknown: [] }
    const found = await this.#nvml.ask()
    if (typeof found !== 'string') return found
    this.#isNvml = false
    const noted = `NVML could not be asked (${found})`
    const rows = await this.#ask()
    if (rows === undefined)
      return {
        devices: [],
        unknown: [{ device: 'gpu', covers: 'gpu', reason: `${noted}, and nvidia-smi did not answer` }],
      }
    const devices: PowerDevice[] = []
    const unknown: UnknownDevice[] = []
    const parts = partsIn((await this.#program('-L')) ?? '')
    for (const { device, index, uuid, model, look } of rows) {
      const about = { device, covers: 'gpu', index, uuid, model, parts: parts.get(uuid) } as const
      if (look.watts === undefined)
        unknown.push({ ...about, reason: `${noted}, and nvidia-smi tells no power` })
      else
        devices.push({
          ...about,
          kind: 'integrated',
          method: 'nvidia-smi power',
          source: 'nvidia-smi',
          reason: noted,
        })
    }
    return { devices, unknown }
  }

  async poll(): Promise<void> {
    if (!this.#isNvml) await this.#ask()
  }

  read(): ReadonlyMap<string, Reading> {
    return this.#isNvml ? this.#nvml.read() : this.#readings
  }

  looks(): readonly GpuLook[] {
    return this.#isNvml ? this.#nvml.looks() : this.#looks
  }

  async #ask(): Promise<readonly Row[] | undefined> {
    if (isOn(this.#environment, 'PROVLOOM_NO_MACHINE')) return undefined
    const table = await this.#program(`--query-gpu=${columns.join(',')}`, '--format=csv,noheader,nounits')
    const rows = rowsOf(table ?? '')
    const atMs = this.#nowMs()
    this.#looks = rows.map(({ look }) => look)
    this.#readings = new Map(
      rows.flatMap(({ device, look: { watts } }) =>
        watts === undefined ? [] : [[device, { watts, atMs }] as const],
      ),
    )
    return rows.length === 0 ? undefined : rows
  }

  #program(...argv: readonly string[]): Promise<string | undefined> {
    const bounds = { timeoutMs: limits.factsMs, environment: this.#environment }
    return askProgram('nvidia-smi', argv, bounds)
  }
}

/** By the UUID of a card those of its parts, as `nvidia-smi -L` lists them behind it. */
export function partsIn(list: string): ReadonlyMap<string, readonly string[]> {
  const parts = new Map<string, string[]>()
  let own: string[] = []
  for (const line of list.split('\n')) {
    const uuid = /\(UUID: ((?:GPU|MIG)-[^)]+)\)/.exec(line)?.[1]
    if (uuid === undefined) continue
    if (uuid.startsWith('MIG-')) own.push(uuid)
    else parts.set(uuid, (own = []))
  }
  return parts
}

export interface Row {
  readonly device: string
  readonly index: number
  readonly uuid: string
  readonly model: string
  readonly look: GpuLook
}

/** Rows of `nvidia-smi --query-gpu=... --format=csv,noheader,nounits`; `[N/A]` where a card does not tell. */
export function rowsOf(table: string): readonly Row[] {
  return table.split('\n').flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim())
    const [index, uuid, model] = cells
    if (index === undefined || uuid === undefined || model === undefined || !/^\d+$/.test(index)) return []
    const [watts, usePercent, mebibytes, celsius, megahertz] = cells.slice(3).map(numberIn)
    const memoryBytes = mebibytes === undefined ? undefined : mebibytes * mebibyte
    const look = { device: uuid, watts, usePercent, memoryBytes, celsius, megahertz }
    return [{ device: uuid, index: Number(index), uuid, model, look }]
  })
}

function numberIn(cell: string): number | undefined {
  const number = cell === '' ? Number.NaN : Number(cell)
  return Number.isFinite(number) ? number : undefined
}
