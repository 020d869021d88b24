import fs from 'node:fs'
import path from 'node:path'
import { textOf } from './variables.ts'
import type { Variables } from './variables.ts'

const lists = ['CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES', 'ZE_AFFINITY_MASK']

/**
 * The accelerators a rank works on, as its environment names them: entry `localRank` of the visible ones; the only one,
 * whatever the local rank, where just one is visible (`srun --gpus-per-task=1`). Where no variable hides any, frameworks
 * take the one with the local rank's number.
 *
 * @param machine how many the machine has; undefined where nobody has looked
 * @returns ids, UUIDs or MIG UUIDs; undefined when the environment does not tell
 */
export function devicesOf(
  variables: Variables,
  localRank: number | undefined,
  machine?: number,
): string | undefined {
  for (const name of lists) {
    const text = textOf(variables, name)
    if (text === undefined) continue
    const devices = text.split(',').map((one) => one.trim())
    if (devices.length === 1) return devices[0]
    if (localRank !== undefined && devices[localRank] !== undefined) return devices[localRank]
    return text
  }
  // An empty list hides all.
  const hidden = lists.some((name) => variables[name] !== undefined)
  if (hidden || localRank === undefined || localRank >= (machine ?? Infinity)) return undefined
  return String(localRank)
}

/** Accelerators whose drivers this machine has: the device files of NVIDIA's, else of AMD's. */
export function machineDevices(root = '/'): number {
  const named = (folder: string, pattern: RegExp): number => {
    try {
      return fs.readdirSync(path.join(root, folder)).filter((name) => pattern.test(name)).length
    } catch {
      return 0
    }
  }
  const nvidia = named('dev', /^nvidia\d+$/)
  if (nvidia > 0) return nvidia
  return fs.existsSync(path.join(root, 'dev/kfd')) ? named('dev/dri', /^renderD\d+$/) : 0
}
