import fs from 'node:fs'

/** Whether a process of this machine exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  const state = statOf(pid)?.[0]
  return state !== 'Z'
}

/** Whether a process was stopped, by Ctrl-Z or SIGSTOP. */
export function isStopped(pid: number): boolean {
  return statOf(pid)?.[0] === 'T'
}

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** When a process was started, in milliseconds since the Unix epoch; undefined where that cannot be had. */
export function startedMs(pid: number): number | undefined {
  const ticks = Number(statOf(pid)?.[19])
  try {
    const booted = Number(/^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'latin1'))?.[1])
    const started = (booted + ticks / ticksPerSecond) * 1000
    return Number.isFinite(started) ? started : undefined
  } catch {
    return undefined
  }
}

/** Fields of /proc/PID/stat (proc(5)) from the third, the state, on. */
export function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
