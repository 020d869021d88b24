import fs from 'node:fs'
import { crc32 } from 'node:zlib'
import { pack, systemCode, unpack } from '@provloom/shared'

/**
 * A file that is replaced whole, and known when it is damaged:
 *
 *     u32 CRC-32 of the rest, little-endian | MessagePack array: format · fields
 */
export function checkedBytes(format: number, fields: readonly unknown[]): Uint8Array[] {
  const body = pack([format, ...fields])
  const head = Buffer.alloc(4)
  head.writeUInt32LE(crc32(body))
  return [head, body]
}

export type FileLook<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly content: T }
  | { readonly kind: 'bad'; readonly reason: string }

/**
 * @param contentOf undefined for fields that are not as they should be
 * @throws the system's error when it is there and cannot be read
 */
export function readChecked<T>(
  file: string,
  format: number,
  contentOf: (fields: readonly unknown[]) => T | undefined,
): FileLook<T> {
  try {
    return lookAtChecked(fs.readFileSync(file), format, contentOf)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { kind: 'none' }
    throw error
  }
}

function lookAtChecked<T>(
  bytes: Buffer,
  format: number,
  contentOf: (fields: readonly unknown[]) => T | undefined,
): FileLook<T> {
  const body = bytes.subarray(4)
  if (bytes.length < 5 || crc32(body) !== bytes.readUInt32LE(0)) return bad('its checksum is wrong')
  const value = unpack(body)
  if (!Array.isArray(value)) return bad('it holds no fields')
  const [written, ...fields]: readonly unknown[] = value
  if (written !== format) return bad(`format ${String(written)}, not ${format}`)
  const content = contentOf(fields)
  return content === undefined ? bad('wrong fields') : { kind: 'read', content }
}

function bad<T>(reason: string): FileLook<T> {
  return { kind: 'bad', reason }
}
