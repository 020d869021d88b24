import { Packr } from 'msgpackr/pack'
import { unpackPlain } from './unpack-plain.ts'

/** Plain MessagePack, without msgpackr's own extensions, so that any language can read it. */
const codec = new Packr({ useRecords: false, mapsAsObjects: true, moreTypes: false, int64AsType: 'number' })

const byteOrderMark = Buffer.from('\ufeff', 'utf8')

export function pack(value: unknown): Buffer {
  return codec.pack(value)
}

/** The value, or undefined when the bytes are not MessagePack. */
export function unpack(bytes: Uint8Array): unknown {
  try {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(byteOrderMark)
      ? unpackPlain(bytes)
      : codec.unpack(bytes)
  } catch {
    return undefined
  }
}
