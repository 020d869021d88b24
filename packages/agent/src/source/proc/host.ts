import path from 'node:path'
import { namesIn } from '@provloom/shared'
import type { HostUse } from '../measurement.ts'
import { firstLineOf, textOf } from './text.ts'

/** Counters that only grow, at one moment; NaN where the system does not tell. */
interface Counters {
  readonly atMs: number
  readonly busyTicks: number
  readonly allTicks: number
  readonly transfers: number
  readonly received: number
  readonly sent: number
}

/** No disks: memory, files, networks and removable media, and what is made of other disks, whose transfers are theirs. */
const noDisk = /^(?:loop|ram|zram|zd|nbd|fd|sr|dm-|md)\d/

/** What the machine does, by proc(5) and /sys/block. */
export class HostMeter {
  readonly #proc: string
  readonly #sys: string
  #before: Counters | undefined

  constructor(proc: string, sys: string) {
    this.#proc = proc
    this.#sys = sys
  }

  sample(nowMs: number): HostUse {
    const before = this.#before
    const now = this.#counters(nowMs)
    this.#before = now
    const rate = (of: 'transfers' | 'received' | 'sent'): number =>
      before === undefined ? Number.NaN : ((now[of] - before[of]) * 1000) / (now.atMs - before.atMs)
    const passed = now.allTicks - (before?.allTicks ?? Number.NaN)
    return {
      cpuPercent: ((now.busyTicks - (before?.busyTicks ?? 0)) / passed) * 100,
      memoryBytes: usedBytes(textOf(path.join(this.#proc, 'meminfo')) ?? ''),
      diskTransfersPerSecond: rate('transfers'),
      networkReceivedPerSecond: rate('received'),
      networkSentPerSecond: rate('sent'),
    }
  }

  #counters(nowMs: number): Counters {
    const network = bytesOf(textOf(path.join(this.#proc, 'net', 'dev')))
    return { atMs: nowMs, ...this.#ticks(), transfers: this.#transfers(), ...network }
  }

  /** user, nice, system, idle, iowait, irq, softirq, steal; what guests use is in the first two. */
  #ticks(): { readonly busyTicks: number; readonly allTicks: number } {
    const line = firstLineOf(path.join(this.#proc, 'stat')) ?? ''
    const ticks = line.split(/\s+/).slice(1, 9).map(Number)
    const allTicks = ticks.reduce((sum, one) => sum + one, 0)
    return { busyTicks: allTicks - (ticks[3] ?? Number.NaN) - (ticks[4] ?? 0), allTicks }
  }

  /** Reads and writes that all disks have completed. */
  #transfers(): number {
    const disks = namesIn(path.join(this.#sys, 'block')).filter((name) => !noDisk.test(name))
    if (disks.length === 0) return Number.NaN
    return disks.reduce((sum, name) => {
      const fields = (textOf(path.join(this.#sys, 'block', name, 'stat')) ?? '').trim().split(/\s+/)
      return sum + Number(fields[0] ?? 0) + Number(fields[4] ?? 0)
    }, 0)
  }
}

/** What programs could not have: all but what is free or can be freed at once. */
function usedBytes(meminfo: string): number {
  const kibibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? Number.NaN)
  return (kibibytes('MemTotal') - kibibytes('MemAvailable')) * 1024
}

/** Rows of /proc/net/dev but loopback: `name: received, 7 more, sent, 7 more`. */
function bytesOf(table: string | undefined): { readonly received: number; readonly sent: number } {
  if (table === undefined) return { received: Number.NaN, sent: Number.NaN }
  let [received, sent] = [0, 0]
  for (const line of table.split('\n')) {
    const [name, columns] = line.split(':')
    if (columns === undefined || name!.trim() === 'lo') continue
    const numbers = columns.trim().split(/\s+/)
    received += Number(numbers[0] ?? 0)
    sent += Number(numbers[8] ?? 0)
  }
  return { received, sent }
}
