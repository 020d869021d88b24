/**
 * State to and from values that MessagePack carries. Maps keep their order and keys of any text; float arrays keep
 * every bit. The reverse of `toPlain` is `fromPlain`; the caller knows the type.
 */
export function toPlain(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value)
  if (Object.is(value, -0)) return ['minus zero']
  if (value instanceof Map)
    return ['map', ...[...value].flatMap(([key, one]) => [toPlain(key), toPlain(one)])]
  if (value instanceof Float64Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return ['list', ...value.map(toPlain)]
  if (typeof value !== 'object' || value === null) return value
  return [
    'fields',
    ...Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [key, toPlain(one)])),
  ]
}

/** MessagePack holds UTF-8: text that is no Unicode (half of a surrogate pair) goes as its code units. */
function plainText(text: string): unknown {
  return /\p{Surrogate}/u.test(text)
    ? ['units', ...Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))]
    : text
}

/** @throws {TypeError} for what `toPlain` never made */
export function fromPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return floats(value)
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value)) throw new TypeError('a saved state holds maps, lists and fields only')
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
      throw new TypeError('a saved state holds maps, lists and fields only')
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
