import fs from 'node:fs'
import type { Socket } from 'node:net'
import { namesIn } from '@provloom/shared'
import { argvOf, environOf, textAt } from '@provloom/shared/process'
import type { Variables } from '../place/variables.ts'
import { startOf } from '../tree/processes.ts'

/** A process that asks over loopback, as /proc shows it. */
export interface AskingProcess {
  readonly pid: number
  readonly start: number
  readonly argv: readonly string[]
  readonly executable: string
  readonly directory: string
  /** Those that it was started with. */
  readonly variables: Variables
}

/**
 * Finds who is at the other end of a connection of this machine: the socket of its port, in /proc/net/tcp, and the process
 * that has it open. That is asked once a connection, and a client keeps its own.
 */
export class AskingProcesses {
  /** Of connections whose process cannot be found. */
  readonly #otherwise: number
  readonly #found = new WeakMap<Socket, number>()
  readonly #known = new Set<number>()

  constructor(otherwise: number) {
    this.#otherwise = otherwise
    this.#known.add(otherwise)
  }

  of(connection: Socket | undefined): AskingProcess {
    return processAt(this.#pidOf(connection))
  }

  #pidOf(connection: Socket | undefined): number {
    if (connection === undefined) return this.#otherwise
    const before = this.#found.get(connection)
    if (before !== undefined) return before
    const pid = this.#search(connection) ?? this.#otherwise
    this.#found.set(connection, pid)
    this.#known.add(pid)
    return pid
  }

  #search({ remotePort, localPort }: Socket): number | undefined {
    const inode = remotePort === undefined || localPort === undefined ? '' : inodeOf(remotePort, localPort)
    if (inode === '') return undefined
    const link = `socket:[${inode}]`
    const others = namesIn('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
    // Whoever asked before asks again; a new one is more likely to be young.
    const pids = [...this.#known, ...others.sort((a, b) => b - a)]
    return pids.find((pid) => pid !== process.pid && hasOpen(pid, link))
  }
}

/** Of the socket of 127.0.0.1 on `port` whose other end is `other`; empty where there is none. */
function inodeOf(port: number, other: number): string {
  const hex = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0')
  const ends = `0100007F:${hex(port)} 0100007F:${hex(other)} `
  const line = textAt('/proc/net/tcp')
    ?.split('\n')
    .find((one) => one.includes(ends))
  // proc(5): sl local remote st tx:rx tr:when retrnsmt uid timeout inode
  return line?.trim().split(/\s+/)[9] ?? ''
}

function hasOpen(pid: number, link: string): boolean {
  return namesIn(`/proc/${pid}/fd`).some((name) => linkAt(`/proc/${pid}/fd/${name}`) === link)
}

function processAt(pid: number): AskingProcess {
  const entries = (environOf(pid) ?? []).flatMap((entry): [string, string][] => {
    const at = entry.indexOf('=')
    return at <= 0 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]]
  })
  return {
    pid,
    start: startOf(pid),
    argv: argvOf(pid),
    executable: linkAt(`/proc/${pid}/exe`) ?? '',
    directory: linkAt(`/proc/${pid}/cwd`) ?? '',
    variables: Object.fromEntries(entries),
  }
}

function linkAt(file: string): string | undefined {
  try {
    return fs.readlinkSync(file)
  } catch {
    return undefined
  }
}
