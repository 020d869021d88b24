import path from 'node:path'
import { namesIn } from '@provloom/shared'
import { numberInProc } from '@provloom/shared/process'
import { membersOf } from '../family.ts'
import type { Kin } from '../family.ts'
import type { WorkerUse } from '../measurement.ts'
import { textOf } from './text.ts'

/** Processor time in clock ticks: its own, and that of children it has waited for. */
interface Process extends Kin {
  readonly own: number
  readonly waited: number
}

interface Spent {
  readonly atMs: number
  readonly total: number
  readonly own: ReadonlyMap<number, number>
}

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100
/** A number may be given to another process: after so many samples all are looked at again. */
const samplesTrusted = 32

/** What a process and its descendants use, by proc(5). */
export class WorkerMeter {
  readonly #proc: string
  /** Its number in that /proc; undefined where another process has it there. */
  readonly #rootPid: number | undefined
  /** Who is no descendant will not become one, and need not be read again: a host may have thousands of processes. */
  #foreign: ReadonlySet<number> = new Set()
  #samples = 0
  #before: Spent | undefined

  constructor(proc: string, rootPid: number) {
    this.#proc = proc
    this.#rootPid = numberInProc(rootPid, proc)
  }

  /** Undefined when the process is gone, or cannot be told from others. */
  sample(nowMs: number): WorkerUse | undefined {
    const members = this.#members()
    if (members.length === 0) return undefined
    return {
      cpuPercent: this.#cpuPercent(members, nowMs),
      memoryBytes: members.reduce((sum, { pid }) => sum + residentBytes(path.join(this.#proc, `${pid}`)), 0),
      processes: members.length,
    }
  }

  #members(): Process[] {
    if (this.#rootPid === undefined) return []
    if (this.#samples++ % samplesTrusted === 0) this.#foreign = new Set()
    const pids = namesIn(this.#proc).map(Number).filter(Number.isInteger)
    const readable = pids.flatMap((pid) =>
      this.#foreign.has(pid) ? [] : (processOf(path.join(this.#proc, `${pid}`), pid) ?? []),
    )
    const members = membersOf(readable, this.#rootPid)
    const family = new Set(members.map(({ pid }) => pid))
    this.#foreign = new Set(pids.filter((pid) => !family.has(pid)))
    return members
  }

  /**
   * A child that has ended is in its parent's account, so that the whole tree's sum misses nothing. Where nobody waits
   * for children (SIGCHLD ignored), or one has left the tree, the sum falls: then what is still there counts.
   */
  #cpuPercent(members: readonly Process[], nowMs: number): number {
    const before = this.#before
    const own = new Map(members.map((one) => [one.pid, one.own]))
    const total = members.reduce((sum, one) => sum + one.own + one.waited, 0)
    this.#before = { atMs: nowMs, total, own }
    if (before === undefined || nowMs <= before.atMs) return Number.NaN
    const ofThose = members.reduce(
      (sum, one) => sum + Math.max(0, one.own - (before.own.get(one.pid) ?? 0)),
      0,
    )
    const seconds = (nowMs - before.atMs) / 1000
    return (Math.max(total - before.total, ofThose) / ticksPerSecond / seconds) * 100
  }
}

function processOf(folder: string, pid: number): Process | undefined {
  const stat = textOf(path.join(folder, 'stat'))
  if (stat === undefined) return undefined
  // The command's name may hold spaces and parentheses: fields count from the last one, the state being the first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = (first: number): number => Number(fields[first]) + Number(fields[first + 1])
  return { pid, parentPid: Number(fields[1]), own: ticks(11), waited: ticks(13) }
}

/** A process without memory of its own (it has just ended) has no such line. */
function residentBytes(folder: string): number {
  const status = textOf(path.join(folder, 'status')) ?? ''
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}
