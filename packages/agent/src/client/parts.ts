import { types } from 'node:util'
import { limits } from '@provloom/shared'
import { scalar } from './scalar.ts'
import { heldIn, titleOf } from './stranger.ts'

/** What a value is made of. */
export type Parts =
  | { readonly kind: 'pairs'; readonly some: Iterable<readonly [string, unknown]>; readonly count: number }
  | { readonly kind: 'elements'; readonly some: Iterable<unknown>; readonly count: number }

/**
 * The pairs of an object or Map, the elements of an array, typed array or Set. Own properties that are values are read
 * where they are held; one that a getter would have to make is told as not read.
 */
export function partsOf(value: object): Parts {
  if (Array.isArray(value)) {
    return { kind: 'elements', some: elementsOf(value, value.length), count: value.length }
  }
  if (types.isTypedArray(value)) {
    const count = typedLength(value)
    return { kind: 'elements', some: elementsOf(value, count), count }
  }
  if (types.isSet(value)) {
    return { kind: 'elements', some: Set.prototype.values.call(value), count: sizeOf(Set.prototype, value) }
  }
  if (types.isMap(value)) {
    return { kind: 'pairs', some: named(value), count: sizeOf(Map.prototype, value) }
  }
  const names = Object.keys(value)
  return { kind: 'pairs', some: propertiesOf(value, names), count: names.length }
}

function* propertiesOf(value: object, names: readonly string[]): Generator<readonly [string, unknown], void> {
  for (const name of names) {
    const found = Object.getOwnPropertyDescriptor(value, name)
    if (found === undefined) continue
    yield [name, found.get === undefined && found.set === undefined ? found.value : '<not read>']
  }
}

function* elementsOf(value: object, count: number): Generator<unknown, void> {
  for (let i = 0; i < count; i++) yield heldIn(value, i)
}

/** The pairs of a Map with their keys as text; different keys stay different: the number 1 beside `1` is `1 (number)`. */
function* named(value: Map<unknown, unknown>): Generator<readonly [string, unknown], void> {
  const given = new Set<string>()
  const numbers = new Map<string, number>()
  const has = (key: string): boolean => given.has(key) || Map.prototype.has.call(value, key)
  for (const [key, one] of Map.prototype.entries.call(value)) {
    let text = typeof key === 'string' ? key : keyText(key)
    if (typeof key !== 'string' && has(text)) {
      const base = `${text} (${typeof key === 'object' && key !== null ? kindOf(key) : typeof key}`
      while (has(text)) {
        const number = (numbers.get(base) ?? 0) + 1
        numbers.set(base, number)
        text = number === 1 ? `${base})` : `${base} ${number})`
      }
    }
    given.add(text)
    yield [text, one]
  }
}

function keyText(key: unknown): string {
  if (key === null || key === undefined) return String(key)
  return scalar(key, limits.keyBytesMax)?.value ?? `<${typeof key === 'object' ? titleOf(key) : typeof key}>`
}

function kindOf(key: object): string {
  return types.isProxy(key) ? 'Proxy' : titleOf(key)
}

function sizeOf(prototype: object, value: object): number {
  return Number(Reflect.get(prototype, 'size', value))
}

const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype)

export function typedLength(value: object): number {
  return Number(Reflect.get(typedArray, 'length', value))
}
