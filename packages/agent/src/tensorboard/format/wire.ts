/**
 * Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), as far as it is needed to go through one message:
 * a tag of field and type, then the value. Fields of no interest are passed over. Whatever the bytes are, nothing is read
 * beyond them: `isBroken` then, and there is no next field.
 */
export class Wire {
  readonly #bytes: Buffer
  #at = 0
  #valueEnd = 0
  #broken = false
  field = 0
  /** 0 varint · 1 eight bytes · 2 length and so many bytes · 5 four bytes */
  type = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isBroken(): boolean {
    return this.#broken
  }

  /** Goes on to the next field, whatever was read of the one before. */
  next(): boolean {
    if (this.#broken) return false
    this.#at = this.#valueEnd
    if (this.#at >= this.#bytes.length) return false
    const tag = Number(this.#varintAt())
    this.field = Math.floor(tag / 8)
    this.type = tag % 8
    const start = this.#at
    if (this.type === 0) this.#varintAt()
    else if (this.type === 1) this.#at += 8
    else if (this.type === 5) this.#at += 4
    else if (this.type === 2) {
      const length = Number(this.#varintAt())
      this.#valueStart = this.#at
      this.#at += length
    } else this.#broken = true
    if (this.type !== 2) this.#valueStart = start
    this.#valueEnd = this.#at
    if (this.#valueEnd > this.#bytes.length || this.field === 0) this.#broken = true
    this.#at = this.#valueStart
    return !this.#broken
  }

  #valueStart = 0

  /** As int64: negative ones are ten bytes long. */
  integer(): bigint {
    return this.type === 0 ? BigInt.asIntN(64, this.#varintAt()) : 0n
  }

  double(): number {
    return this.type === 1 ? this.#bytes.readDoubleLE(this.#valueStart) : 0
  }

  float(): number {
    return this.type === 5 ? this.#bytes.readFloatLE(this.#valueStart) : 0
  }

  bytes(): Buffer {
    return this.type === 2
      ? this.#bytes.subarray(this.#valueStart, this.#valueEnd)
      : this.#bytes.subarray(0, 0)
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  /** A field of many numbers: packed into one, or this one of them. */
  numbers(kind: 'integer' | 'unsigned' | 'float' | 'double' | 'half' | 'bfloat16'): number[] {
    if (this.type !== 2) return [this.#single(kind)]
    const packed = this.bytes()
    const found: number[] = []
    if (kind === 'float')
      for (let at = 0; at + 4 <= packed.length; at += 4) found.push(packed.readFloatLE(at))
    else if (kind === 'double')
      for (let at = 0; at + 8 <= packed.length; at += 8) found.push(packed.readDoubleLE(at))
    else {
      const all = new Wire(packed)
      while (all.#at < packed.length && !all.#broken) found.push(converted(all.#varintAt(), kind))
    }
    return found
  }

  #single(kind: 'integer' | 'unsigned' | 'float' | 'double' | 'half' | 'bfloat16'): number {
    if (kind === 'float') return this.float()
    if (kind === 'double') return this.double()
    return this.type === 0 ? converted(this.#varintAt(), kind) : 0
  }

  #varintAt(): bigint {
    let low = 0
    let shift = 0
    // Nearly all are short: no BigInt is made for each byte of those.
    for (; shift < 28; shift += 7) {
      const byte = this.#byte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt(low)
    }
    let value = BigInt(low)
    for (; shift < 70; shift += 7) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << BigInt(shift)
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    this.#broken = true
    return 0n
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte !== undefined) return byte
    this.#broken = true
    return 0
  }
}

function converted(
  value: bigint,
  kind: 'integer' | 'unsigned' | 'half' | 'bfloat16' | 'float' | 'double',
): number {
  if (kind === 'half') return halfOf(Number(value & 0xffffn))
  if (kind === 'bfloat16') return bfloat16Of(Number(value & 0xffffn))
  return Number(kind === 'integer' ? BigInt.asIntN(64, value) : value)
}

/** IEEE 754 binary16. */
export function halfOf(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff]
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const four = new DataView(new ArrayBuffer(4))

/** The upper half of a float. */
export function bfloat16Of(bits: number): number {
  four.setUint32(0, bits << 16)
  return four.getFloat32(0)
}
