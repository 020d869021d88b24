/**
 * Milliseconds of processor time this process has used, garbage collection included. For work of one thread that waits
 * for nothing: other programs on the machine move it far less than a clock.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
