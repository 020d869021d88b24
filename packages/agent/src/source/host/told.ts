import type { Systeminformation } from 'systeminformation'
import type { Host } from '@provloom/shared'

/** What can be said of a machine; what is not known is left out. */
export type HostFacts = Partial<Omit<Host, 'type' | 'time' | 'host'>>

export type Gpu = NonNullable<Host['gpus']>[number]

/** A mounted file system. */
export interface Mount {
  readonly folder: string
  readonly type: string
}

/** What answers say where there is nothing to say. */
const nothing = new Set(['', '-', 'unknown', 'default string', 'to be filled by o.e.m.', 'not specified'])

/** Graphics adapters that draw a console: a server's management chip, a virtual machine's screen. None computes. */
const screens =
  /aspeed|matrox|cirrus|virtio|qxl|bochs|vmware|virtualbox|hyper-?v|basic (display|render)|citrix|parallels/i

/** Without serial number, UUID and network name, which it tells too. */
export function ofSystem(told: Systeminformation.OsData): HostFacts {
  return {
    ...text('distribution', told.distro),
    ...text('release', told.release),
  }
}

/** @param model as the kernel calls the processor, where it has a name for it */
export function ofProcessor(told: Systeminformation.CpuData, model: string | undefined): HostFacts {
  const { manufacturer, brand } = told
  // What has filled in the vendor has counted cores and sockets too: without it the numbers are a guess.
  const counted = isKnown(told.vendor) || isKnown(told.family)
  return {
    ...text(
      'cpu',
      isKnown(model) ? model : manufacturer.endsWith(brand) ? manufacturer : `${manufacturer} ${brand}`,
    ),
    ...(counted
      ? { ...count('physicalCores', told.physicalCores), ...count('sockets', told.processors) }
      : {}),
    ...gigahertz('cpuGHz', told.speed),
    ...gigahertz('cpuMaxGHz', told.speedMax),
  }
}

/** What it is, by its maker's name for it, and whose guest. */
export function ofMachine(told: Systeminformation.SystemData): HostFacts {
  const { manufacturer, model, virtual, virtualHost } = told
  // What it says of machines that it knows nothing of. A container is a fact of the environment.
  const named = isKnown(model) && !/^(computer|docker container|virtual machine)$/i.test(model)
  return {
    ...(named ? text('machine', isKnown(manufacturer) ? `${manufacturer} ${model}` : model) : {}),
    ...(virtual ? { virtualMachine: isKnown(virtualHost) ? virtualHost.trim() : 'of unknown kind' } : {}),
  }
}

/** Memory in MiB. What shares the machine's (`vramDynamic`) has none of its own to tell. */
export function ofGraphics(told: Systeminformation.GraphicsData): readonly Gpu[] {
  return told.controllers.flatMap((one) => {
    const model = isKnown(one.name) ? one.name : one.model
    if (!isKnown(model) || screens.test(`${one.vendor} ${model}`)) return []
    const named = !isKnown(one.vendor) || model.toLowerCase().startsWith(one.vendor.toLowerCase())
    const mebibytes = one.memoryTotal ?? one.vram
    return [
      {
        name: (named ? model : `${one.vendor} ${model}`).trim(),
        ...(!one.vramDynamic && mebibytes !== null && mebibytes > 0
          ? { memoryBytes: Math.round(mebibytes * 1024 * 1024) }
          : {}),
        ...(isKnown(one.driverVersion) ? { driver: one.driverVersion.trim() } : {}),
      },
    ]
  })
}

export function ofMounts(told: readonly Systeminformation.FsSizeData[]): readonly Mount[] {
  return told.flatMap(({ mount, type }) =>
    isKnown(mount) && isKnown(type) ? [{ folder: mount, type: type.toLowerCase() }] : [],
  )
}

export function isKnown(words: string | null | undefined): words is string {
  return typeof words === 'string' && !nothing.has(words.trim().toLowerCase())
}

function text(name: 'cpu' | 'distribution' | 'release' | 'machine', words: string | undefined): HostFacts {
  return isKnown(words) ? { [name]: words.trim() } : {}
}

function count(name: 'physicalCores' | 'sockets', value: number): HostFacts {
  return Number.isSafeInteger(value) && value > 0 ? { [name]: value } : {}
}

function gigahertz(name: 'cpuGHz' | 'cpuMaxGHz', value: number | undefined): HostFacts {
  return value !== undefined && Number.isFinite(value) && value > 0 ? { [name]: value } : {}
}
