/**
 * What a curve file says of itself, in its Parquet key-value metadata, so that one that is damaged, or of another part
 * than the one beside it, is known and passed over:
 *
 *     provloom.of     SHA-256, in hexadecimal, of the part it is made of; of the folded file, of all parts' together
 *     provloom.crc32  of the file, with 8 zeros in place of these 8 hexadecimal digits
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Part } from '../entry/entry.ts'

export const ofKey = 'provloom.of'
const checkKey = 'provloom.crc32'
const unchecked = '00000000'

/** What a curve file is made with. */
export function curveToldOf(of: string): Record<string, string> {
  return { [ofKey]: of, [checkKey]: unchecked }
}

/** SHA-256 over what parts are, in their order. */
export function sha256OfParts(parts: readonly Part[]): string {
  const hash = createHash('sha256')
  for (const { sha256, rows } of parts) hash.update(`${sha256} ${rows}\n`)
  return hash.digest('hex')
}

/** Puts the check into a file that was made with `curveToldOf`. */
export function checkedCurve(bytes: Uint8Array): Uint8Array {
  const at = placeOfCheck(bytes)
  if (at === undefined) throw new Error('the file has no place for its check')
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).write(digitsOf(bytes), at, 'latin1')
  return bytes
}

export function isWholeCurve(bytes: Uint8Array): boolean {
  const at = placeOfCheck(bytes)
  if (at === undefined) return false
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const said = file.toString('latin1', at, at + unchecked.length)
  const before = crc32(file.subarray(0, at))
  const after = crc32(file.subarray(at + unchecked.length), crc32(unchecked, before))
  return said === hexadecimal(after)
}

function digitsOf(bytes: Uint8Array): string {
  return hexadecimal(crc32(bytes))
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(unchecked.length, '0')
}

/** Behind the key stands the field's head and the length of its text, a byte each. */
function placeOfCheck(bytes: Uint8Array): number | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const found = file.lastIndexOf(checkKey, undefined, 'latin1')
  if (found < 0) return undefined
  const at = found + checkKey.length + 2
  return at + unchecked.length <= file.length ? at : undefined
}
