import type { SourceWriter } from '../event-source.ts'
import { hostSource } from '../measurement.ts'
import type { Figure, GpuLook } from './device.ts'

/** As many as tell the cards of a machine apart: `GPU-` and eight digits. */
const uuidLetters = 12

const quantities = [
  ['gpu_usage', '%', 'usePercent'],
  ['gpu_memory_bytes', 'B', 'memoryBytes'],
  ['gpu_temperature', 'Cel', 'celsius'],
  ['gpu_power', 'W', 'watts'],
  ['gpu_clock', 'MHz', 'megahertz'],
] as const

/** Names as the series of the machine have them. */
export function gpuFigures(looks: readonly GpuLook[]): readonly Figure[] {
  return looks.flatMap((look) =>
    quantities.flatMap(([name, unit, field]): Figure[] => {
      const value = look[field]
      return value === undefined ? [] : [[`${name}.${look.device.slice(0, uuidLetters)}`, value, unit]]
    }),
  )
}

/** What each accelerator of a machine does, as series of the machine, by device: what it does not tell is left out. */
export function writeGpus(
  writer: SourceWriter,
  step: number,
  hostId: string,
  looks: readonly GpuLook[],
): void {
  const source = hostSource(hostId)
  for (const [key, value, unit] of gpuFigures(looks))
    writer.measure({ key, source, unit, measures: 'host' }, step, value)
}
