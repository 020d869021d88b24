import type { ChildProcess } from 'node:child_process'

/** Processes that must not outlive the bench, however it ends. Each leads a process group of its own. */
const kin = new Set<number>()

/** To be given every child that was started with `detached`. */
export function keep<T extends ChildProcess>(child: T): T {
  const { pid } = child
  if (pid === undefined) return child
  kin.add(pid)
  // What the child has started itself, servers for example, ends with it.
  child.once('exit', () => {
    endGroup(pid)
    kin.delete(pid)
  })
  return child
}

export function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left in it.
  }
}

process.on('exit', () => {
  for (const pid of kin) endGroup(pid)
})
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => process.exit(code))
}
