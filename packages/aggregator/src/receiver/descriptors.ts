import fs from 'node:fs'

/** What the process uses besides one descriptor per rank: files, sockets, threads' pipes. */
const ownDescriptors = 64

/** The soft limit of open files, or undefined where it cannot be seen. Node raises it to the hard limit at start. */
export function descriptorLimit(): number | undefined {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))
    return line === null || line[1] === 'unlimited' ? undefined : Number(line[1])
  } catch {
    return undefined
  }
}

/** How many ranks can be connected at once; ZeroMQ spins when it meets the limit, so that we must not. */
export function ranksMax(limit: number | undefined): number {
  return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, limit - ownDescriptors)
}
