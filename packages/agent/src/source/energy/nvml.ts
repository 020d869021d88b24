import type {
  CounterDevice,
  EnergySource,
  Found,
  GpuLook,
  PowerDevice,
  Reading,
  UnknownDevice,
} from './device.ts'

/** A function of a C library. */
type Call = (...given: unknown[]) => number

interface Calls {
  readonly energy: Call
  readonly power: Call
  readonly use: Call
  readonly memory: Call
  readonly temperature: Call
  readonly clock: Call
  readonly processes: Call
}

interface Card {
  readonly device: string
  readonly handle: unknown
  readonly kind: 'measured' | 'integrated'
}

const ok = 0
/** More is there than was asked for: how much is said. */
const insufficientSize = 7
const uuidBytes = 96
const millijouleUj = 1_000
const plausibleWatts = 4_000
/** NVML_CLOCK_SM, NVML_TEMPERATURE_GPU */
const [smClock, gpuSensor] = [1, 0]

/**
 * NVIDIA's own library: from Volta on a GPU counts its energy in millijoules since its driver was loaded; older ones say
 * what power they draw. Called through koffi, where that is installed.
 */
export class NvmlSource implements EnergySource {
  readonly #library: string
  readonly #nowMs: () => number
  readonly #cards: Card[] = []
  #calls: Calls | undefined
  #looks: readonly GpuLook[] = []

  constructor(library: string, nowMs: () => number) {
    this.#library = library
    this.#nowMs = nowMs
  }

  /** @returns in words why it cannot be asked, else what there is */
  async ask(): Promise<Found | string> {
    try {
      const koffi = await importKoffi()
      if (koffi === undefined) return 'koffi is not installed'
      return await this.#open(koffi)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  async find(): Promise<Found> {
    const found = await this.ask()
    return typeof found === 'string' ? { devices: [], unknown: [] } : found
  }

  read(): ReadonlyMap<string, Reading> {
    const readings = new Map<string, Reading>()
    const calls = this.#calls
    if (calls === undefined) return readings
    const looks: GpuLook[] = []
    for (const { device, handle, kind } of this.#cards) {
      const watts = numberOf(calls.power, handle)
      const millijoules = kind === 'measured' ? bigOf(calls.energy, handle) : undefined
      if (millijoules !== undefined) readings.set(device, { microjoules: millijoules * 1_000n })
      else if (kind === 'integrated' && watts !== undefined)
        readings.set(device, { watts: watts / 1_000, atMs: this.#nowMs() })
      looks.push(lookOf(calls, device, handle, watts))
    }
    this.#looks = looks
    return readings
  }

  looks(): readonly GpuLook[] {
    return this.#looks
  }

  async #open(koffi: Koffi): Promise<Found | string> {
    const lib = koffi.load(this.#library)
    // Without a daemon that keeps the driver loaded this takes seconds: not on the thread that reads spools.
    const code = await new Promise<number>((resolve) => {
      lib
        .func('int nvmlInit_v2()')
        .async((error: unknown, value: number) => resolve(error === null ? value : -1))
    })
    if (code !== ok) return `nvmlInit_v2 said ${code}`
    const calls = callsOf(koffi, lib)
    this.#calls = calls
    const count: [number] = [0]
    if (lib.func('int nvmlDeviceGetCount_v2(_Out_ unsigned int *count)')(count) !== ok)
      return 'no count of GPUs'
    const handleAt: Call = lib.func(
      'int nvmlDeviceGetHandleByIndex_v2(unsigned int index, _Out_ void **device)',
    )
    const uuidOf: Call = lib.func('int nvmlDeviceGetUUID(void *device, void *uuid, unsigned int length)')
    const nameOf: Call = lib.func('int nvmlDeviceGetName(void *device, void *name, unsigned int length)')
    const devices: (CounterDevice | PowerDevice)[] = []
    const unknown: UnknownDevice[] = []
    for (let index = 0; index < count[0]; index++) {
      const handle: [unknown] = [null]
      if (handleAt(index, handle) !== ok) continue
      const uuid = textFrom(uuidOf, handle[0])
      const about = {
        device: uuid ?? `gpu-${index}`,
        covers: 'gpu',
        index,
        uuid,
        model: textFrom(nameOf, handle[0]),
        parts: partsOf(lib, handle[0], uuidOf),
      } as const
      const known = this.#kindOf(calls, handle[0])
      if (known === undefined) {
        unknown.push({ ...about, reason: 'NVML: neither its energy nor its power is supported' })
        continue
      }
      this.#cards.push({ device: about.device, handle: handle[0], kind: known })
      const told = { ...about, source: this.#library }
      devices.push(
        known === 'measured'
          ? { ...told, kind: known, method: 'NVML counter', resolutionUj: millijouleUj, plausibleWatts }
          : { ...told, kind: known, method: 'NVML power', reason: 'it has no counter of energy' },
      )
    }
    return { devices, unknown }
  }

  #kindOf(calls: Calls, handle: unknown): Card['kind'] | undefined {
    if (bigOf(calls.energy, handle) !== undefined) return 'measured'
    return numberOf(calls.power, handle) === undefined ? undefined : 'integrated'
  }
}

type Koffi = (typeof import('koffi'))['default']
type Library = ReturnType<Koffi['load']>

async function importKoffi(): Promise<Koffi | undefined> {
  try {
    const { default: koffi } = await import('koffi')
    return koffi
  } catch {
    return undefined
  }
}

function callsOf(koffi: Koffi, lib: Library): Calls {
  const use = koffi.struct({ gpu: 'unsigned int', memory: 'unsigned int' })
  const memory = koffi.struct({ total: 'uint64_t', free: 'uint64_t', used: 'uint64_t' })
  const out = koffi.out
  return {
    energy: lib.func('nvmlDeviceGetTotalEnergyConsumption', 'int', ['void *', out('uint64_t *')]),
    power: lib.func('nvmlDeviceGetPowerUsage', 'int', ['void *', out('unsigned int *')]),
    use: lib.func('nvmlDeviceGetUtilizationRates', 'int', ['void *', out(koffi.pointer(use))]),
    memory: lib.func('nvmlDeviceGetMemoryInfo', 'int', ['void *', out(koffi.pointer(memory))]),
    temperature: lib.func('nvmlDeviceGetTemperature', 'int', ['void *', 'int', out('unsigned int *')]),
    clock: lib.func('nvmlDeviceGetClockInfo', 'int', ['void *', 'int', out('unsigned int *')]),
    processes: lib.func('nvmlDeviceGetComputeRunningProcesses_v3', 'int', [
      'void *',
      koffi.inout('unsigned int *'),
      'void *',
    ]),
  }
}

/** MIG: an accelerator in up to seven parts, each of which is a device to who is given it. Older drivers know none. */
function partsOf(lib: Library, handle: unknown, uuidOf: Call): readonly string[] {
  try {
    const most: Call = lib.func('int nvmlDeviceGetMaxMigDeviceCount(void *device, _Out_ unsigned int *count)')
    const partAt: Call = lib.func(
      'int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned int index, _Out_ void **part)',
    )
    return Array.from({ length: numberOf(most, handle) ?? 0 }, (_, index) => {
      const part: [unknown] = [null]
      return partAt(handle, index, part) === ok ? textFrom(uuidOf, part[0]) : undefined
    }).filter((uuid) => uuid !== undefined)
  } catch {
    return []
  }
}

function lookOf(calls: Calls, device: string, handle: unknown, milliwatts: number | undefined): GpuLook {
  const holders: [number] = [0]
  const code = calls.processes(handle, holders, null)
  return {
    device,
    usePercent: fieldOf(calls.use, handle, 'gpu'),
    memoryBytes: fieldOf(calls.memory, handle, 'used'),
    celsius: numberOf(calls.temperature, handle, gpuSensor),
    watts: milliwatts === undefined ? undefined : milliwatts / 1_000,
    megahertz: numberOf(calls.clock, handle, smClock),
    holders: code === ok || code === insufficientSize ? holders[0] : undefined,
  }
}

function numberOf(call: Call, ...given: unknown[]): number | undefined {
  const told: [unknown] = [null]
  return call(...given, told) === ok && typeof told[0] === 'number' ? told[0] : undefined
}

function bigOf(call: Call, handle: unknown): bigint | undefined {
  const told: [unknown] = [null]
  if (call(handle, told) !== ok) return undefined
  const [value] = told
  return typeof value === 'bigint' || typeof value === 'number' ? BigInt(value) : undefined
}

function fieldOf(call: Call, handle: unknown, name: string): number | undefined {
  const told: [unknown] = [null]
  if (call(handle, told) !== ok || typeof told[0] !== 'object' || told[0] === null) return undefined
  const value: unknown = Reflect.get(told[0], name)
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined
}

function textFrom(call: Call, handle: unknown): string | undefined {
  const bytes = Buffer.alloc(uuidBytes)
  if (call(handle, bytes, uuidBytes) !== ok) return undefined
  const text = bytes.toString('utf8', 0, Math.max(0, bytes.indexOf(0)))
  return text === '' ? undefined : text
}
