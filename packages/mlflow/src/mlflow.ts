import { randomBytes } from 'node:crypto'
import http from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { limits } from '@provloom/shared'
import { createAccess } from './access.ts'
import { createApp } from './app.ts'
import { ArtifactPlace } from './artifact-place.ts'
import { Desk } from './desk.ts'
import type { Recorders } from './recorder.ts'

export interface MlflowOptions {
  /** Absolute; of this user alone. It holds artifacts, and what is too much for memory. */
  readonly folder: string
  /** How artifacts come: `file` where its clients see the folder, which is quicker, else `http`. */
  readonly artifacts: 'file' | 'http'
  /** Connections at once; `mlflowConnectionsMax` unless given. */
  readonly connectionsMax?: number
  /** How much room the folder's disk has, in bytes; asked unless given. */
  readonly roomBytes?: () => number
}

/** A tracking server for the processes of one command, on loopback. */
export interface Mlflow {
  /** `http://127.0.0.1:PORT` */
  readonly uri: string
  /** 128 bits, as 32 hexadecimal digits. */
  readonly token: string
  readonly place: ArtifactPlace
  close(): Promise<void>
}

/**
 * Begins to answer.
 *
 * @throws the system's error where no port can be listened on
 */
export async function createMlflow(recorders: Recorders, options: MlflowOptions): Promise<Mlflow> {
  const token = randomBytes(16).toString('hex')
  const place = new ArtifactPlace(`${options.folder}/artifacts`, options.artifacts, options.roomBytes)
  const desk = new Desk(recorders, options.folder, place)
  const app = createApp(desk, place, createAccess(token))
  const answer = getRequestListener(app.fetch)
  const server = http.createServer((request, response) => void answer(request, response))
  // A client keeps its connections: one that is closed while it asks would have it ask again, and log twice.
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  server.maxConnections = options.connectionsMax ?? limits.mlflowConnectionsMax
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    uri: `http://127.0.0.1:${port}`,
    token,
    place,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
