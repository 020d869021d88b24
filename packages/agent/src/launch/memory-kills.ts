import fs from 'node:fs'
import path from 'node:path'

/**
 * How often the kernel killed for lack of memory in our control group and those below it: `oom_kill` of cgroup v2's
 * memory.events, or of v1's memory.oom_control (kernel documentation: admin-guide/cgroup-v2, cgroup-v1/memory).
 *
 * @param root of /proc and /sys
 * @returns undefined where it does not tell
 */
export function memoryKills(root = '/'): number | undefined {
  const groups = linesOf(path.join(root, 'proc/self/cgroup')).map((line) => line.split(':'))
  const mounts = path.join(root, 'sys/fs/cgroup')
  const [, , unified] = groups.find(([id, controllers]) => id === '0' && controllers === '') ?? []
  const [, , legacy] = groups.find(([, controllers = '']) => controllers.split(',').includes('memory')) ?? []
  return (
    countIn(mounts, unified, 'memory.events') ??
    countIn(path.join(mounts, 'memory'), legacy, 'memory.oom_control')
  )
}

/** In a container the group's path may be the host's, and what is mounted is the group itself. */
function countIn(mount: string, group: string | undefined, file: string): number | undefined {
  if (group === undefined) return undefined
  for (const folder of [path.join(mount, group), mount]) {
    for (const line of linesOf(path.join(folder, file))) {
      const found = /^oom_kill (\d+)$/.exec(line)
      if (found !== null) return Number(found[1])
    }
  }
  return undefined
}

function linesOf(file: string): string[] {
  try {
    return fs.readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}
