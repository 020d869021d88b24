import fs from 'node:fs'
import type { Variables } from '../../place/variables.ts'
import { askProgram } from '../bounded.ts'
import type { Gpu } from './told.ts'

/** NVIDIA's GPUs where their driver is loaded, with their UUIDs: variables name devices by them. */
export async function nvidiaGpus(
  environment: Variables,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<readonly Gpu[]> {
  if (!fs.existsSync('/proc/driver/nvidia/version')) return []
  const table = await askProgram(
    'nvidia-smi',
    ['--query-gpu=name,uuid,memory.total,driver_version', '--format=csv,noheader,nounits'],
    { timeoutMs, environment, signal },
  )
  return gpusOf(table ?? '')
}

/** Rows of `nvidia-smi --query-gpu=name,uuid,memory.total,driver_version --format=csv,noheader,nounits`; memory in MiB. */
export function gpusOf(table: string): Gpu[] {
  return table.split('\n').flatMap((line) => {
    const [name, uuid, mebibytes, driver] = line.split(',').map((cell) => cell.trim())
    if (name === undefined || name === '') return []
    const memoryBytes = Number(mebibytes) * 1024 * 1024
    return [
      {
        name,
        ...(uuid === undefined || uuid === '' ? {} : { uuid }),
        // `[N/A]` where it has none of its own.
        ...(Number.isSafeInteger(memoryBytes) ? { memoryBytes } : {}),
        ...(driver === undefined || driver === '' || driver.startsWith('[') ? {} : { driver }),
      },
    ]
  })
}
