import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/**
 * A process, told apart from every other one of any machine and time. A number alone is given again, in other
 * containers at the same moment; a host's name is shared by machines, and one machine's pods have many.
 */
export interface ProcessIdentity {
  readonly host: string
  /** The inode of the pid namespace that the number counts in; empty where that is the machine's first, or unknown. */
  readonly pidNamespace: string
  readonly pid: number
  /** Clock ticks since boot (proc(5), stat, field 22); empty where there is no /proc. */
  readonly start: string
}

/** The first pid namespace of every Linux (include/linux/proc_ns.h, PROC_PID_INIT_INO). */
const firstNamespace = '4026531836'

/** Whether /proc numbers processes as we do: in a new pid namespace without a /proc of its own it does not. */
const procIsOurs = linkAt('/proc/self') === String(process.pid)

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** @returns undefined where no such process is to be seen */
export function identityOfProcess(pid: number, root = '/'): ProcessIdentity | undefined {
  const start = statOf(pid, root)?.[19]
  if (start === undefined && (seesProcesses(root) || !isAlive(pid))) return undefined
  return { host: hostId(root), pidNamespace: ownPidNamespace(root), pid, start: start ?? '' }
}

/** Whether it lives; undefined for one of another machine or pid namespace, of which its number says nothing here. */
export function aliveStill(identity: ProcessIdentity, root = '/'): boolean | undefined {
  if (identity.host !== hostId(root) || identity.pidNamespace !== ownPidNamespace(root)) return undefined
  const stat = statOf(identity.pid, root)
  if (stat !== undefined) return !isOver(stat) && (identity.start === '' || stat[19] === identity.start)
  // Where other users' processes are hidden, only that the number is given can be had.
  if (seesProcesses(root)) return root === '/' && answersSignal(identity.pid) ? undefined : false
  return isAlive(identity.pid)
}

/** This machine since its boot; where that cannot be had, its name and what was given to it when it was installed. */
export function hostId(root = '/'): string {
  const boot = lineOf(path.join(root, 'proc/sys/kernel/random/boot_id'))
  if (boot !== undefined && /^[0-9a-f-]{32,36}$/.test(boot)) return boot.replaceAll('-', '')
  const machine = lineOf(path.join(root, 'etc/machine-id')) ?? ''
  return createHash('sha256').update(`${os.hostname()}\n${machine}`).digest('hex').slice(0, 32)
}

/** The pid namespace of the process that asks; a /proc of another one shows other numbers. */
export function ownPidNamespace(root = '/'): string {
  const inode = /^pid:\[(\d+)\]$/.exec(linkAt(path.join(root, 'proc/self/ns/pid')) ?? '')?.[1] ?? ''
  return inode === firstNamespace ? '' : inode
}

/** Whether a process of this machine exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  if (!answersSignal(pid)) return false
  const stat = statOf(pid)
  return stat === undefined || !isOver(stat)
}

/** When a process was started, in milliseconds since the Unix epoch; undefined where that cannot be had. */
export function startedMs(pid: number): number | undefined {
  const ticks = Number(statOf(pid)?.[19])
  const booted = Number(/^btime (\d+)$/m.exec(textAt('/proc/stat') ?? '')?.[1])
  const started = (booted + ticks / ticksPerSecond) * 1000
  return Number.isFinite(started) ? started : undefined
}

/**
 * When a process of this boot began, in microseconds since the Unix epoch, to a hundredth of a second, as the kernel tells it;
 * undefined where that cannot be had.
 *
 * @param start clock ticks since boot (proc(5), stat, field 22)
 */
export function beganUs(start: number, nowUs: number, root = '/'): number | undefined {
  const up = Number(textAt(path.join(root, 'proc/uptime'))?.split(' ', 1)[0])
  const ago = up - start / ticksPerSecond
  return start > 0 && ago >= 0 ? Math.round(nowUs - ago * 1e6) : undefined
}

/** Fields of /proc/PID/stat (proc(5)) from the third, the state, on. */
export function statOf(pid: number, root = '/'): readonly string[] | undefined {
  const stat = textAt(processFile(pid, 'stat', root))
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** The words a process was started with; none where that cannot be had. */
export function argvOf(pid: number, root = '/'): readonly string[] {
  return startedWith(pid, 'cmdline', root)?.split('\0').slice(0, -1) ?? []
}

/** The entries, `NAME=value`, that a process was started with; undefined where that cannot be had. */
export function environOf(pid: number, root = '/'): readonly string[] | undefined {
  return startedWith(pid, 'environ', root)?.split('\0')
}

/** On a busy machine a process needs so long at most to become another program, with 5 ms for a look. */
const execLooksMax = 40
const execLookMs = 5
/** Processes whose file stayed empty: they were started with nothing, or have written over it. */
const alwaysEmpty = new Set<string>()
const alwaysEmptyMax = 1_000

/** Both files are empty while a process becomes another program (execve), until that has its stack. */
function startedWith(pid: number, name: 'cmdline' | 'environ', root: string): string | undefined {
  for (let looks = 0; ; looks++) {
    const text = textAt(processFile(pid, name, root))
    if (text !== '') return text
    // Of one that has ended they are empty for good.
    const stat = statOf(pid, root)
    if (stat === undefined || isOver(stat)) return undefined
    const process = `${name} ${pid} ${stat[19]}`
    if (looks === execLooksMax || alwaysEmpty.has(process)) {
      if (alwaysEmpty.size >= alwaysEmptyMax) alwaysEmpty.clear()
      alwaysEmpty.add(process)
      return text
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, execLookMs)
  }
}

export function processFile(pid: number, name: string, root: string): string {
  const number = root !== '/' || procIsOurs ? String(pid) : pid === process.pid ? 'self' : 'none'
  return path.join(root, 'proc', number, name)
}

/** The number that /proc has for a process: another than ours where /proc is of another pid namespace, and only our own is known. */
export function numberInProc(pid: number, proc = '/proc'): number | undefined {
  if (proc !== '/proc' || procIsOurs) return pid
  const own = Number(linkAt('/proc/self'))
  return pid === process.pid && own > 0 ? own : undefined
}

export function textAt(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}

function linkAt(place: string): string | undefined {
  try {
    return fs.readlinkSync(place)
  } catch {
    return undefined
  }
}

function lineOf(file: string): string | undefined {
  const line = textAt(file)?.trim()
  return line === '' ? undefined : line
}

/**
 * Of one that has died, or is about to: without memory (field 23, vsize) it runs nothing of its own any more, and what it
 * was started with cannot be read.
 */
function isOver(stat: readonly string[]): boolean {
  return stat[0] === 'Z' || stat[0] === 'X' || stat[20] === '0'
}

function seesProcesses(root: string): boolean {
  if (root === '/') return procIsOurs
  return fs.existsSync(path.join(root, 'proc/self/stat'))
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
