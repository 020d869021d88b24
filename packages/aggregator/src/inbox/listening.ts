import fs from 'node:fs'

const listening = '0A'

/**
 * The descriptor of our own socket that listens at a port, as /proc tells: ZeroMQ does not say it.
 *
 * @returns undefined where there is no /proc, or no descriptor left to read it
 */
export function listeningDescriptor(port: number): number | undefined {
  try {
    const sockets = new Set(['tcp', 'tcp6'].flatMap((table) => inodesAt(table, port)))
    for (const name of fs.readdirSync('/proc/self/fd')) {
      if (sockets.has(targetOf(name))) return Number(name)
    }
  } catch {
    // As good as none.
  }
  return undefined
}

/** `socket:[inode]` of everything that listens at the port, ours or not. */
function inodesAt(table: string, port: number): string[] {
  const file = `/proc/net/${table}`
  if (!fs.existsSync(file)) return []
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local, , state, , , , , , inode]) =>
      local?.endsWith(wanted) === true && state === listening ? [`socket:[${inode}]`] : [],
    )
}

function targetOf(descriptor: string): string {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    // Closed since it was listed.
    return ''
  }
}
