import os from 'node:os'

/**
 * When a process began, microseconds since the Unix epoch, to a hundredth of a second.
 *
 * @param ticks the field `starttime` of /proc/PID/stat (proc(5)): Linux shows programs ticks of a hundredth of a second,
 *   whatever its own are
 */
export function beganUs(ticks: number): number {
  return Math.round(Date.now() * 1000 - os.uptime() * 1_000_000) + ticks * 10_000
}
