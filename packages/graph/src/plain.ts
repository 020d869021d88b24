/**
 * State to and from values that MessagePack carries. Maps keep their order and keys of any text; numbers and text keep
 * every bit. The reverse of `toPlain` is `fromPlain`; the caller knows the type.
 *
 * Arrays begin with a word for what they are; objects are objects, fields that are undefined left out.
 */
export function toPlain(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? ['minus zero'] : value
  if (value instanceof Map) return plainMap(value)
  if (value instanceof Float64Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return ['list', ...value.map(toPlain)]
  const entries = Object.entries(value)
  // MessagePack readers guard the one name that objects cannot have.
  if (Object.hasOwn(value, '__proto__')) return ['fields', ...plainMap(new Map(entries)).slice(1)]
  const plain: Record<string, unknown> = {}
  for (const [name, field] of entries) if (field !== undefined) plain[name] = toPlain(field)
  return plain
}

function plainMap(map: ReadonlyMap<unknown, unknown>): unknown[] {
  const plain: unknown[] = ['map']
  for (const [key, one] of map) plain.push(toPlain(key), toPlain(one))
  return plain
}

/** MessagePack holds UTF-8: text that is no Unicode (half of a surrogate pair) goes as its code units. */
function plainText(text: string): unknown {
  if (!/\p{Surrogate}/u.test(text)) return text
  return ['units', ...Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))]
}

/** @throws {TypeError} for what `toPlain` never made */
export function fromPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return floats(value)
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value)) {
    const made: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(value)) made[name] = fromPlain(field)
    return made
  }
  const [kind, ...rest]: unknown[] = value
  switch (kind) {
    case 'minus zero':
      return -0
    case 'units':
      return String.fromCharCode(...rest.map(Number))
    case 'list':
      return rest.map(fromPlain)
    case 'map':
      return new Map(pairs(rest))
    case 'fields':
      return Object.fromEntries(pairs(rest))
    default:
      throw new TypeError('a saved state holds no array of this kind')
  }
}

function pairs(flat: readonly unknown[]): [string | number, unknown][] {
  const made: [string | number, unknown][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const key = fromPlain(flat[i])
    if (typeof key !== 'string' && typeof key !== 'number') throw new TypeError('a key is text or a number')
    made.push([key, fromPlain(flat[i + 1])])
  }
  return made
}

function floats(bytes: Uint8Array): Float64Array {
  const own = new Uint8Array(bytes.length - (bytes.length % 8))
  own.set(bytes.subarray(0, own.length))
  return new Float64Array(own.buffer)
}
