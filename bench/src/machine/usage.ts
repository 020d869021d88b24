import fs from 'node:fs'
import os from 'node:os'

/** What a process has used so far, by /proc (proc(5)); undefined where there is none, or when it has ended. */
export interface Usage {
  /** Processor time of all its threads, user and system, in seconds. */
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** The most that was ever resident. */
  readonly peakBytes: number
  readonly threads: number
}

const TICKS_PER_SECOND = 100

export function usageOf(pid: number): Usage | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name may hold spaces and parentheses: fields count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      residentBytes: kilobytes(status, 'VmRSS') * 1024,
      peakBytes: kilobytes(status, 'VmHWM') * 1024,
      threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0),
    }
  } catch {
    return undefined
  }
}

/** @throws Error when the process has ended or the system has no /proc */
export function mustUsageOf(pid: number): Usage {
  const usage = usageOf(pid)
  if (usage === undefined)
    throw new Error(`process ${pid} has no /proc entry: it ended, or this is not Linux`)
  return usage
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
}

export function machineInWords(): string {
  const cpus = os.cpus()
  const memory = Math.round(os.totalmem() / 2 ** 30)
  return `${cpus.length} x ${cpus[0]?.model.trim() ?? 'unknown'}, ${memory} GiB, Node ${process.versions.node}`
}
