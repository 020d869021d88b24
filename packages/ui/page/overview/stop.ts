import type { FirstToStop } from '@provloom/reader'

export type Stop = Omit<FirstToStop, 'others' | 'othersMore'>

/** `exit 1`, `SIGKILL` */
export function endWords({ exit, signal }: Stop): string {
  return signal ?? (exit === undefined ? '' : `exit ${exit}`)
}
