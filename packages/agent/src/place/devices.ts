import type { Variables } from './variables.ts'

const lists = ['CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES', 'ZE_AFFINITY_MASK']

/**
 * The accelerators a rank works on, as its environment names them: entry `localRank` of the visible ones;
 * the only one, whatever the local rank, where just one is visible (`srun --gpus-per-task=1`).
 *
 * @returns ids, UUIDs or MIG UUIDs; undefined when the environment does not tell
 */
export function devicesOf(variables: Variables, localRank: number | undefined): string | undefined {
  for (const name of lists) {
    const text = variables[name]?.trim()
    if (text === undefined || text === '') continue
    const devices = text.split(',').map((one) => one.trim())
    if (devices.length === 1) return devices[0]
    if (localRank !== undefined && devices[localRank] !== undefined) return devices[localRank]
    return text
  }
  return undefined
}
