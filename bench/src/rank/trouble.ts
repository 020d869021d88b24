import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { reasonOf } from '@provloom/shared'
import { usageOf } from '../machine/usage.ts'
import type { AggregatorUnderTest } from '../load/aggregator.ts'

/** What may be wrong behind a client. */
export type Trouble = 'dead' | 'stopped' | 'full' | 'slow'
export const troubles: readonly Trouble[] = ['dead', 'stopped', 'full', 'slow']

const SMALL_DISK = '2m'
const DELAY_MS = 500

/** A disk of 2 MiB in a folder; what `undo` gives back. */
export type Mount =
  | { readonly kind: 'mounted'; readonly undo: () => void }
  | { readonly kind: 'impossible'; readonly why: string }

export function mountSmallDisk(folder: string): Mount {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK},mode=0700`, 'tmpfs', folder], {
      stdio: 'pipe',
    })
  } catch (error) {
    const why = process.getuid?.() === 0 ? reasonOf(error) : 'only root may mount a tmpfs'
    return { kind: 'impossible', why: why.trim().split('\n').at(-1)! }
  }
  mounted.add(folder)
  return { kind: 'mounted', undo: () => unmount(folder) }
}

/** They are gone with the bench, however it ends. */
const mounted = new Set<string>()
process.on('exit', () => mounted.forEach(unmount))

function unmount(folder: string): void {
  mounted.delete(folder)
  execFileSync('umount', ['-l', folder], { stdio: 'pipe' })
}

/** Kills or stops agent and aggregator. A disk that is full and acknowledgements that are late are so from the start. */
export async function strike(
  trouble: Trouble,
  agentPid: number,
  aggregator: AggregatorUnderTest,
): Promise<void> {
  switch (trouble) {
    case 'dead':
      process.kill(agentPid, 'SIGKILL')
      await aggregator.kill()
      return
    case 'stopped':
      process.kill(agentPid, 'SIGSTOP')
      aggregator.signal('SIGSTOP')
      return
    case 'full':
    case 'slow':
  }
}

/** Ends an agent that may have been stopped. */
export function endAgent(pid: number): void {
  if (usageOf(pid) !== undefined) process.kill(pid, 'SIGKILL')
}

/** What comes from the aggregator's port passes half a second late. */
export class LateWire {
  readonly connectionFile: string
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()

  private constructor(server: net.Server, connectionFile: string) {
    this.#server = server
    this.connectionFile = connectionFile
  }

  /** @param file the aggregator's connection file; the one to be given to agents lies in `folder` */
  static async before(file: string, folder: string): Promise<LateWire> {
    const connection = JSON.parse(fs.readFileSync(file, 'utf8')) as { port: number }
    const server = net.createServer()
    const wire = new LateWire(server, path.join(folder, 'late-connection.json'))
    server.on('connection', (near) => wire.#join(near, connection.port))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as net.AddressInfo
    fs.writeFileSync(wire.connectionFile, JSON.stringify({ ...connection, port }), { mode: 0o600 })
    return wire
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(near: net.Socket, port: number): void {
    const far = net.connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (bytes) => void setTimeout(() => near.writable && near.write(bytes), DELAY_MS))
  }
}
