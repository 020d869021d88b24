import type { SourceWriter } from '../event-source.ts'
import { hostSource } from '../measurement.ts'
import type { GpuLook } from './device.ts'

/** As many as tell the cards of a machine apart: `GPU-` and eight digits. */
const uuidLetters = 12

const quantities = [
  ['gpu_usage', '%', 'usePercent'],
  ['gpu_memory_bytes', 'B', 'memoryBytes'],
  ['gpu_temperature', 'Cel', 'celsius'],
  ['gpu_power', 'W', 'watts'],
  ['gpu_clock', 'MHz', 'megahertz'],
] as const

/** What each accelerator of a machine does, as series of the machine, by device: what it does not tell is left out. */
export function writeGpus(
  writer: SourceWriter,
  step: number,
  hostId: string,
  looks: readonly GpuLook[],
): void {
  const source = hostSource(hostId)
  for (const look of looks) {
    const device = look.device.slice(0, uuidLetters)
    for (const [name, unit, field] of quantities) {
      const value = look[field]
      if (value !== undefined)
        writer.measure({ key: `${name}.${device}`, source, unit, measures: 'host' }, step, value)
    }
  }
}
