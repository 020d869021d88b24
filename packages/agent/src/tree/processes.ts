import { isAlive, statOf } from '@provloom/shared/process'
import type { ProcessNumber } from '../session/facts.ts'
import { isOfHere, lifeBelow, numberBelow, startOf } from './namespaces.ts'
import type { ProcessName } from './namespaces.ts'

export { pidNamespace, startOf } from './namespaces.ts'
export type { ProcessName } from './namespaces.ts'

/** More than any chain of shells and wrappers between a rank and its launcher. */
const parentsMax = 16

/** The processes above one, the nearest first, as session.json has them. */
export function parentsOf(pid: number): ProcessNumber[] {
  const found: ProcessNumber[] = []
  for (let at = parentOf(pid); at > 0 && found.length < parentsMax; at = parentOf(at))
    found.push([at, startOf(at)])
  return found
}

function parentOf(pid: number): number {
  return pid === process.pid ? process.ppid : Number(statOf(pid)?.[1] ?? 0)
}

/** Whether a process was stopped, by Ctrl-Z or SIGSTOP. */
export function isStopped(pid: number): boolean {
  return statOf(pid)?.[0] === 'T'
}

/** here: its number means something to us, or what number it has here is known. */
export type Life = 'lives' | 'gone' | 'elsewhere'

/** Whether a process lives, as far as this one can see: one of a namespace below ours by the number that it has here. */
export function lifeOf(name: ProcessName): Life {
  if (!isOfHere(name.pidNamespace)) return lifeBelow(name)
  const { pid, start } = name
  if (pid <= 0 || !isAlive(pid)) return 'gone'
  return start === 0 || startOf(pid) === 0 || startOf(pid) === start ? 'lives' : 'gone'
}

/** The number that a process has here; undefined for one that is not to be seen. */
export function numberHere(name: ProcessName): number | undefined {
  return isOfHere(name.pidNamespace) ? name.pid : numberBelow(name)
}
