import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'
import { isAlive, numberInProc, ownPidNamespace, statOf, textAt } from '@provloom/shared/process'

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

/** The number in `/proc/self/ns/pid`; 0 where it is not known. */
export function pidNamespace(): number {
  return namespaceOf('self', 'pid')
}

const here = pidNamespace()

/** Whether a process of this namespace has the number that it says. */
export function isOfHere(namespace: number): boolean {
  return namespace === 0 || here === 0 || namespace === here
}

/** The machine's first namespace sees all others, and where /proc hides nobody so does whoever looks. */
const seesAll = here !== 0 && ownPidNamespace() === '' && statOf(1) !== undefined

/** One that is not there is looked for again after this time: a look is at every process of the machine. */
const lookEveryMs = 1_000
/** Beyond these all are looked for anew. */
const knownMax = 65_536

interface Known {
  /** Its number and start here; undefined of one that is not to be seen, or was and has gone. */
  readonly found: { readonly pid: number; readonly start: number } | undefined
  readonly wasSeen: boolean
  readonly lookedMs: number
}

const known = new Map<string, Known>()

/**
 * Whether a process of another namespace lives. Those below ours are seen here as well, by another number; once one was
 * seen, that it is there no more is seen too.
 */
export function lifeBelow(name: ProcessName): 'lives' | 'gone' | 'elsewhere' {
  const { found, wasSeen } = lookFor(name)
  if (found !== undefined) return 'lives'
  return wasSeen || seesAll ? 'gone' : 'elsewhere'
}

export function numberBelow(name: ProcessName): number | undefined {
  return lookFor(name).found?.pid
}

function lookFor(name: ProcessName): Known {
  const key = `${name.pid}.${name.start}.${name.pidNamespace}`
  const before = known.get(key)
  const now = performance.now()
  const found = before?.found
  if (before !== undefined && found !== undefined) {
    if (isAlive(found.pid) && startOf(found.pid) === found.start) return before
  } else if (before !== undefined) {
    // Its start makes it the only one of its name: it does not come back.
    if (name.start !== 0 && (before.wasSeen || seesAll)) return before
    if (now - before.lookedMs < lookEveryMs) return before
  }
  const pid = find(name)
  const looked = {
    found: pid === undefined ? undefined : { pid, start: startOf(pid) },
    wasSeen: pid !== undefined || before?.wasSeen === true,
    lookedMs: now,
  }
  if (known.size >= knownMax) known.clear()
  known.set(key, looked)
  return looked
}

/** proc(5), status: NSpid has a process's numbers, from the namespace of /proc down to its own. */
function find({ pid, start, pidNamespace: theirs }: ProcessName): number | undefined {
  if (numberInProc(pid) === undefined) return undefined
  const ending = `\t${pid}`
  return namesIn('/proc')
    .filter((one) => /^\d+$/.test(one))
    .map(Number)
    .find((one) => {
      const numbers = /^NSpid:(.*)$/m.exec(textAt(`/proc/${one}/status`) ?? '')?.[1]
      if (numbers === undefined || !numbers.endsWith(ending) || numbers.lastIndexOf('\t') === 0) return false
      // Of another user's process the namespace may not be read.
      const namespace = namespaceOf(String(one), 'pid')
      if (namespace !== 0 && namespace !== theirs) return false
      if (start === 0 || startOf(one) === start) return isAlive(one)
      // In a time namespace of its own it counts from another boot.
      return (
        namespace !== 0 && namespaceOf(String(one), 'time') !== namespaceOf('self', 'time') && isAlive(one)
      )
    })
}

function namespaceOf(process: string, kind: string): number {
  try {
    return Number(/\d+/.exec(fs.readlinkSync(path.join('/proc', process, 'ns', kind)))?.[0] ?? 0)
  } catch {
    return 0
  }
}
