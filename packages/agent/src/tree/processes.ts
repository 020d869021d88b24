import fs from 'node:fs'
import { isAlive, statOf } from '@provloom/shared/process'
import type { ProcessNumber } from '../session/facts.ts'

/** A process as nobody else is it: two processes of one number differ by their start, two namespaces count alike. */
export interface ProcessName {
  readonly pid: number
  /** Field 22 of /proc/PID/stat, clock ticks since boot; 0 where it is not known. */
  readonly start: number
  readonly pidNamespace: number
}

export function startOf(pid: number): number {
  const ticks = Number(statOf(pid)?.[19])
  return Number.isSafeInteger(ticks) ? ticks : 0
}

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

/** The number in `/proc/self/ns/pid`; 0 where it is not known. */
export function pidNamespace(): number {
  try {
    return Number(/\d+/.exec(fs.readlinkSync('/proc/self/ns/pid'))?.[0] ?? 0)
  } catch {
    return 0
  }
}

const here = pidNamespace()

/** here: its number means something to us. */
export type Life = 'lives' | 'gone' | 'elsewhere'

/** Whether a process lives, as far as this one can see. */
export function lifeOf({ pid, start, pidNamespace: theirs }: ProcessName): Life {
  if (theirs !== 0 && here !== 0 && theirs !== here) return 'elsewhere'
  if (pid <= 0 || !isAlive(pid)) return 'gone'
  return start === 0 || startOf(pid) === 0 || startOf(pid) === start ? 'lives' : 'gone'
}
