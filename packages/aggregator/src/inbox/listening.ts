import fs from 'node:fs'

/** As the kernel numbers the states of a connection. */
const listening = '0A'

/**
 * Everything that listens at a port of this machine, ours or not, as names that descriptors in /proc lead to; none where
 * there is no /proc, or no descriptor left to read it.
 */
export function socketsAt(port: number): ReadonlySet<string> {
  return new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listedAt(port, table)))
}

/**
 * The descriptor of our own socket that listens at a port: ZeroMQ does not say it.
 *
 * @returns undefined where it cannot be seen
 */
export function listeningDescriptor(port: number): number | undefined {
  try {
    const sockets = socketsAt(port)
    for (const name of fs.readdirSync('/proc/self/fd')) {
      if (sockets.has(targetOf(name))) return Number(name)
    }
  } catch {
    // As good as none.
  }
  return undefined
}

/** proc(5): `sl local_address rem_address st ... inode`, an address being `hex:port` in hex. */
function listedAt(port: number, table: string): string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return textAt(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === listening && local.endsWith(ending))
    .map((fields) => `socket:[${fields[9]}]`)
}

function targetOf(descriptor: string): string {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    // Closed since it was listed.
    return ''
  }
}

/** Empty where it cannot be read. */
export function textAt(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
