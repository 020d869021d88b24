import { maskedCrc32c } from '../../src/tensorboard/format/crc32c.ts'

/** One record of an event file, framed as record-cursor.ts says it. */
export function framed(data: Uint8Array): Buffer {
  const header = Buffer.alloc(12)
  header.writeBigUInt64LE(BigInt(data.length))
  header.writeUInt32LE(maskedCrc32c(header, 0, 8), 8)
  const trailer = Buffer.alloc(4)
  trailer.writeUInt32LE(maskedCrc32c(data))
  return Buffer.concat([header, data, trailer])
}

/** A field of a message: varint, double, float, or bytes. */
export function field(
  number: number,
  value: bigint | Buffer | { readonly double: number } | { readonly float: number },
): Buffer {
  if (typeof value === 'bigint') return Buffer.concat([varint(BigInt(number * 8)), varint(value)])
  if (Buffer.isBuffer(value))
    return Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(value.length)), value])
  if ('double' in value) {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value.double)
    return Buffer.concat([varint(BigInt(number * 8 + 1)), bytes])
  }
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value.float)
  return Buffer.concat([varint(BigInt(number * 8 + 5)), bytes])
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  for (let left = BigInt.asUintN(64, value); ; left >>= 7n) {
    if (left < 0x80n) return Buffer.from([...bytes, Number(left)])
    bytes.push(Number(left & 0x7fn) | 0x80)
  }
}

/** An Event with one Summary.Value. @param seconds since the Unix epoch */
export function eventWith(value: Buffer, seconds: number, step: number | bigint): Buffer {
  return Buffer.concat([field(1, { double: seconds }), field(2, BigInt(step)), field(5, field(1, value))])
}

export function scalar(tag: string, value: number, step: number | bigint, seconds = 1_700_000_000): Buffer {
  return eventWith(Buffer.concat([field(1, Buffer.from(tag)), field(2, { float: value })]), seconds, step)
}

/** Of an image: the bytes are taken as they are. */
export function image(tag: string, bytes: Buffer, step: number, seconds = 1_700_000_000): Buffer {
  const picture = Buffer.concat([field(1, 1n), field(2, 1n), field(3, 1n), field(4, bytes)])
  return eventWith(Buffer.concat([field(1, Buffer.from(tag)), field(4, picture)]), seconds, step)
}

/** The record that every writer begins a file with. */
export function version(seconds = 1_700_000_000): Buffer {
  return Buffer.concat([field(1, { double: seconds }), field(3, Buffer.from('brain.Event:2'))])
}
