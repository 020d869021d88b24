import { crc32 } from 'node:zlib'

/** Below this a call of zlib costs more than the sum itself. */
const nativeBytesMin = 192

const table: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

/** CRC-32 (ISO 3309) of bytes `from` (inclusive) to `to` (exclusive). A metric point's frame makes no object. */
export function crc32Of(bytes: Buffer, from: number, to: number): number {
  if (to - from >= nativeBytesMin) return crc32(bytes.subarray(from, to))
  let crc = -1
  for (let at = from; at < to; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}
