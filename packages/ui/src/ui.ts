import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Reader } from '@provloom/reader'
import { ProvloomError, limits, reasonOf, systemCode, version } from '@provloom/shared'
import { createAccess } from './access.ts'
import { createApp } from './app.ts'

export interface UiSettings {
  /** What is asked. */
  readonly reader: Reader
  /** The first that is tried, of `limits.uiPortsTried`; 0 takes any free one. */
  readonly port?: number
  /** Path of a Unix socket (mode 0600) in place of a port: for machines that are shared. */
  readonly socket?: string
  /** Names that a proxy in front asks by. */
  readonly allowHosts?: readonly string[]
  /** 32 hexadecimal digits; made anew unless given. */
  readonly token?: string
}

/** A server that answers until it is closed. */
export interface Ui {
  /** Holds the token: for the person who started it, once. */
  readonly url: string
  readonly token: string
  /** What to type elsewhere, to have it there too. */
  readonly tunnel: string
  /** Of which the wanted one was taken. */
  readonly port: number | undefined
  close(): Promise<void>
}

export const defaultPort = 8642

/**
 * Serves the page and the reader's answers, on loopback only.
 *
 * @throws {ProvloomError} `BIND_FAILED` where no port is free, or the socket is in use; `BAD_OPTION` for a token that is none
 */
export async function startUi(settings: UiSettings): Promise<Ui> {
  const access = createAccess(settings.allowHosts, settings.token)
  const { directory } = settings.reader
  const about = { directory, shown: shownOf(directory, os.homedir()), host: os.hostname(), version }
  const app = createApp(settings.reader, access, about)
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const server = createServer((request, response) => void listener(request, response))
  const port =
    settings.socket === undefined
      ? await listenOnPort(server, settings.port ?? defaultPort)
      : await listenOnSocket(server, settings.socket)
  const shown = port ?? defaultPort
  return {
    url: `http://127.0.0.1:${shown}/?token=${access.token}`,
    token: access.token,
    tunnel: `ssh -L ${shown}:${settings.socket === undefined ? `127.0.0.1:${shown}` : path.resolve(settings.socket)} ${os.userInfo().username}@${os.hostname()}`,
    port,
    close: () => closed(server, settings.socket),
  }
}

function shownOf(directory: string, home: string): string {
  return directory.startsWith(`${home}${path.sep}`) ? `~${directory.slice(home.length)}` : directory
}

/** The next free one: two people on a login node want the same. */
async function listenOnPort(server: Server, wanted: number): Promise<number> {
  const last = wanted === 0 ? 0 : Math.min(wanted + limits.uiPortsTried - 1, 65_535)
  for (let port = wanted; port <= last; port += 1) {
    const error = await listening(server, { host: '127.0.0.1', port })
    const address = server.address()
    if (error === undefined && typeof address === 'object' && address !== null) return address.port
    if (error !== undefined && systemCode(error) !== 'EADDRINUSE') throw cannot(`127.0.0.1:${port}`, error)
  }
  throw cannot(`127.0.0.1:${wanted} to ${last}`, new Error('all of them are in use'))
}

async function listenOnSocket(server: Server, socket: string): Promise<undefined> {
  if (fs.existsSync(socket)) {
    if (await answers(socket)) throw cannot(socket, new Error('somebody answers there'))
    if (!fs.lstatSync(socket).isSocket()) throw cannot(socket, new Error('it is no socket'))
    fs.rmSync(socket)
  }
  // Nobody else's for not even a moment.
  const before = process.umask(0o177)
  const error = await listening(server, { path: socket })
  process.umask(before)
  if (error !== undefined) throw cannot(socket, error)
}

function listening(server: Server, where: net.ListenOptions): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve(error)
    server.once('error', failed)
    server.listen(where, () => {
      server.off('error', failed)
      resolve(undefined)
    })
  })
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket)
    connection.once('connect', () => {
      connection.destroy()
      resolve(true)
    })
    connection.once('error', () => resolve(false))
  })
}

function closed(server: Server, socket: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      if (socket !== undefined) fs.rmSync(socket, { force: true })
      resolve()
    })
    // Live views would hold it open.
    server.closeAllConnections()
  })
}

function cannot(where: string, error: unknown): ProvloomError {
  return new ProvloomError('BIND_FAILED', `Cannot listen on ${where}: ${reasonOf(error)}`, {
    doing: 'serve the page',
    to: where,
    hint: 'Name another with --port or --socket.',
  })
}
