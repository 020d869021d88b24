import fs from 'node:fs'
import path from 'node:path'
import type { Variables } from './variables.ts'

/** What hides devices from CUDA, HIP or Level Zero: the first that is there, each counting in what is left by those above it. */
const inner = ['CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'ZE_AFFINITY_MASK'] as const
/** Words for none, of Slurm, of NVIDIA's containers and of people. */
const none: ReadonlySet<string> = new Set(['', '-1', 'NoDevFiles', 'none', 'void'])

/**
 * The accelerators a rank works on, as its environment names them: entry `localRank` of the visible ones; the only one,
 * whatever the local rank, where just one is visible (`srun --gpus-per-task=1`). Where no variable hides any, frameworks
 * take the one with the local rank's number.
 *
 * Numbers of a container's are told as the UUIDs that they stand for, where NVIDIA_VISIBLE_DEVICES has these: in another
 * container of the machine the same number is another device. HIP counts in what ROCR_VISIBLE_DEVICES leaves.
 *
 * @param machine how many the machine has; undefined where nobody has looked
 * @returns ids, UUIDs or MIG UUIDs; undefined when the environment does not tell
 */
export function devicesOf(
  variables: Variables,
  localRank: number | undefined,
  machine?: number,
): string | undefined {
  const visible = visibleIn(variables)
  if (visible === undefined)
    return localRank === undefined || localRank >= (machine ?? Infinity) ? undefined : String(localRank)
  const [only] = visible
  if (visible.length <= 1) return only
  return (localRank === undefined ? undefined : visible[localRank]) ?? visible.join(',')
}

/** As the machine counts them; empty: all are hidden; undefined: none is. */
function visibleIn(variables: Variables): readonly string[] | undefined {
  const own = inner.map((name) => listIn(variables[name])).find((list) => list !== undefined)
  const container = listIn(variables['NVIDIA_VISIBLE_DEVICES'])
  const roc = listIn(variables['ROCR_VISIBLE_DEVICES'])
  if (roc !== undefined)
    return own === undefined
      ? roc
      : own.flatMap((one) => (/^\d+$/.test(one) ? (roc[Number(one)] ?? []) : one))
  if (container === undefined || container.includes('all')) return own
  const named = container.map((one, at) => (/^(GPU|MIG)-/.test(one) ? one : String(at)))
  return own === undefined ? named : own.map((one) => (/^\d+$/.test(one) ? (named[Number(one)] ?? one) : one))
}

/** Whatever is behind one that stands for none is hidden too, as CUDA has it. */
function listIn(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const list = text.split(',').map((one) => one.trim())
  const end = list.findIndex((one) => none.has(one))
  return end < 0 ? list : list.slice(0, end)
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
