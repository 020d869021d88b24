import type { Clock } from '@provloom/shared'
import { isAlive, statOf } from '@provloom/shared/process'

const lookEveryMs = 250

/** Resolves when a process that is not our child is gone; a later one with the same number is not taken for it. */
export function followProcess(clock: Clock, pid: number): { readonly gone: Promise<void>; stop(): void } {
  const born = startOf(pid)
  let cancel: (() => void) | undefined
  const gone = new Promise<void>((resolve) => {
    const look = (): void => {
      if (isAlive(pid) && startOf(pid) === born) cancel = clock.after(lookEveryMs, look)
      else resolve()
    }
    look()
  })
  return { gone, stop: () => cancel?.() }
}

/** When a process started, in clock ticks since boot (proc(5), field 22); undefined where that cannot be had. */
function startOf(pid: number): string | undefined {
  return statOf(pid)?.[19]
}
