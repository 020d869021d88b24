/**
 * MessagePack as `pack` writes it, read without msgpackr: its decoder takes a byte order mark at the beginning of a longer
 * text for none of it. Slower, and asked for only where the three bytes of one are.
 *
 * @throws {RangeError} where the bytes end too early or are none of it
 */
export function unpackPlain(bytes: Uint8Array): unknown {
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  const value = reader.value()
  if (!reader.isAtEnd) throw new RangeError('bytes behind the value')
  return value
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  value(): unknown {
    const head = this.#bytes.readUInt8(this.#skip(1))
    if (head < 0x80) return head
    if (head >= 0xe0) return head - 0x100
    if (head < 0x90) return this.#map(head & 0x0f)
    if (head < 0xa0) return this.#array(head & 0x0f)
    if (head < 0xc0) return this.#text(head & 0x1f)
    return this.#typed(head)
  }

  #typed(head: number): unknown {
    const bytes = this.#bytes
    switch (head) {
      case 0xc0:
        return null
      case 0xc2:
      case 0xc3:
        return head === 0xc3
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#binary(this.#length(head - 0xc4))
      case 0xca:
        return bytes.readFloatBE(this.#skip(4))
      case 0xcb:
        return bytes.readDoubleBE(this.#skip(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#length(head - 0xcc)
      case 0xcf:
        return Number(bytes.readBigUInt64BE(this.#skip(8)))
      case 0xd0:
        return bytes.readInt8(this.#skip(1))
      case 0xd1:
        return bytes.readInt16BE(this.#skip(2))
      case 0xd2:
        return bytes.readInt32BE(this.#skip(4))
      case 0xd3:
        return Number(bytes.readBigInt64BE(this.#skip(8)))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#length(head - 0xd9))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#length(head - 0xdb))
      case 0xde:
      case 0xdf:
        return this.#map(this.#length(head - 0xdd))
      default:
        throw new RangeError('a type that pack does not write')
    }
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  #length(size: number): number {
    const length = 1 << size
    return this.#bytes.readUIntBE(this.#skip(length), length)
  }

  #skip(length: number): number {
    const at = this.#at
    if (at + length > this.#bytes.length) throw new RangeError('the bytes end too early')
    this.#at += length
    return at
  }

  #text(length: number): string {
    const at = this.#skip(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  #binary(length: number): Buffer {
    const at = this.#skip(length)
    return this.#bytes.subarray(at, at + length)
  }

  #array(length: number): unknown[] {
    const found: unknown[] = []
    for (let n = 0; n < length; n++) found.push(this.value())
    return found
  }

  #map(length: number): Record<string, unknown> {
    const found: Record<string, unknown> = {}
    for (let n = 0; n < length; n++) {
      const key = String(this.value())
      // As msgpackr does: no map changes what an object is.
      found[key === '__proto__' ? '__proto_' : key] = this.value()
    }
    return found
  }
}
