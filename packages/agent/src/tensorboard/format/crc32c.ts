/** CRC-32C (Castagnoli, RFC 3720 appendix B.4): polynomial 0x82F63B78 reflected. zlib's is another one. */
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc >>> 0
})

/** As TFRecord has it, masked: `((crc >> 15) | (crc << 17)) + 0xa282ead8`, so that a CRC of CRCs says something. */
export function maskedCrc32c(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  let crc = 0xffffffff
  for (let at = from; at < to; at++) crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  crc = ~crc >>> 0
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
