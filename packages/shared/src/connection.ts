import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ProvloomError, systemCode } from './errors.ts'
import { fieldsOf } from './fields.ts'
import { keySlug } from './job.ts'

/**
 * How ranks find and may talk to an aggregator. The file has mode 0600: who can read it can publish.
 *
 *     <provenanceSaveDir>/.provloom/<job key>/connection.json
 */
export interface Connection {
  readonly format: 1
  readonly jobKey: string
  /** Host name of the aggregator's machine; ranks there use loopback. */
  readonly host: string
  /** Name or address under which ranks elsewhere reach it. */
  readonly advertise: string
  /** The address it listens on: 0.0.0.0 is all of the machine's. */
  readonly listen: string
  readonly port: number
  readonly pid: number
  /** Random, of one aggregator process: it removes only files of its own. */
  readonly nonce: string
  /** How many the agents of the job had started before it; none that somebody started by hand. */
  readonly generation?: number
  /** It leaves: whoever needs an aggregator starts the next one. */
  readonly left?: boolean
  /** CURVE keys in Z85 (ZeroMQ RFC 26, 32); null with `--insecure`. */
  readonly curve: {
    readonly serverKey: string
    readonly publicKey: string
    readonly secretKey: string
  } | null
}

/** Folder of the control folders of a save directory. */
export function controlRoot(saveDir: string): string {
  return path.join(saveDir, '.provloom')
}

/** Folder of an aggregator's own files, for one save directory and key. */
export function controlFolder(saveDir: string, key: string): string {
  return path.join(controlRoot(saveDir), keySlug(key))
}

export function connectionFile(saveDir: string, key: string): string {
  return path.join(controlFolder(saveDir, key), 'connection.json')
}

/** The ZeroMQ endpoint for a rank on this machine. */
export function endpointOf(connection: Connection): string {
  const local = connection.host === os.hostname()
  const loopback = connection.listen === '0.0.0.0' || connection.listen.startsWith('127.')
  const host =
    local && loopback
      ? connection.listen === '0.0.0.0'
        ? '127.0.0.1'
        : connection.listen
      : connection.advertise
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${connection.port}`
}

/**
 * Reads a connection file.
 *
 * @returns undefined when there is none
 * @throws {ProvloomError} `BAD_CONNECTION_FILE` when it cannot be read or is none
 */
export function readConnection(file: string): Connection | undefined {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw badFile(file, error)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (isConnection(value)) return value
  } catch (error) {
    throw badFile(file, error)
  }
  throw badFile(file, undefined)
}

function badFile(file: string, cause: unknown): ProvloomError {
  return new ProvloomError('BAD_CONNECTION_FILE', `Could not read the connection file ${file}`, {
    doing: 'read the connection file',
    to: file,
    cause,
    hint: 'It is written by `provloom aggregator`, readable only by the user who started it. Start the aggregator again, or name another file with --connection.',
  })
}

function isConnection(value: unknown): value is Connection {
  if (typeof value !== 'object' || value === null) return false
  const fields = fieldsOf(value)
  const texts = ['jobKey', 'host', 'advertise', 'listen', 'nonce'].every(
    (name) => typeof fields.get(name) === 'string',
  )
  const curve = fields.get('curve')
  const keys =
    curve === null ||
    (typeof curve === 'object' &&
      curve !== undefined &&
      ['serverKey', 'publicKey', 'secretKey'].every((name) => typeof fieldsOf(curve).get(name) === 'string'))
  return fields.get('format') === 1 && texts && typeof fields.get('port') === 'number' && keys
}
