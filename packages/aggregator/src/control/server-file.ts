import { systemCode } from '@provloom/shared'
import type { Files } from '@provloom/shared'

/** CURVE keys in Z85 (ZeroMQ RFC 26): the server's pair, and the one pair that every rank of the job uses. */
export interface Keys {
  readonly serverPublic: string
  readonly serverSecret: string
  readonly clientPublic: string
  readonly clientSecret: string
}

/** What an aggregator keeps so that its successor has the same port and keys, and agents find it again. */
export interface ServerFile {
  readonly format: 1
  readonly port: number
  readonly keys: Keys
}

/** What the predecessor left; undefined when there is none, or nothing that can be used. */
export function readServerFile(files: Files, file: string): ServerFile | undefined {
  let text: string
  try {
    text = files.read(file).toString('utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    return isServerFile(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isServerFile(value: unknown): value is ServerFile {
  if (!isMap(value) || value['format'] !== 1) return false
  const keys = value['keys']
  const port = value['port']
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return false
  return (
    isMap(keys) &&
    ['serverPublic', 'serverSecret', 'clientPublic', 'clientSecret'].every((name) => isKey(keys[name]))
  )
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.length === 40
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
