import { limits } from '@provloom/shared'
import type { ValueType } from '@provloom/shared'

/** Text of 1 to 512 code units, cut where it is longer; undefined for what is absent or empty. */
export function nameOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const asItIs = typeof value === 'string' && value !== '' && value.length <= limits.nameLengthMax
  if (asItIs) return value
  const text = typed(value).value.slice(0, limits.nameLengthMax)
  return text === '' ? undefined : text
}

/** A parameter's type and its lexical form, in XML Schema's words. */
export interface Typed {
  readonly valueType: ValueType
  readonly value: string
}

/** `0.1` is a float and `3` an int; a bigint keeps every digit; NaN and infinities keep their names. */
export function typed(value: unknown): Typed {
  switch (typeof value) {
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
        return { valueType: 'int', value: String(value) }
      }
      return { valueType: 'float', value: floatText(value) }
    case 'bigint':
      return { valueType: 'int', value: value.toString() }
    case 'boolean':
      return { valueType: 'bool', value: String(value) }
    case 'string':
      return { valueType: 'str', value }
    case 'undefined':
      return { valueType: 'null', value: '' }
    case 'object':
      if (value === null) return { valueType: 'null', value: '' }
      if (value instanceof Date) return { valueType: 'time', value: value.toISOString() }
      return { valueType: 'json', value: jsonText(value) }
    case 'function':
    case 'symbol':
      return { valueType: 'str', value: String(value) }
  }
}

/** Microseconds since the Unix epoch out of seconds, or of ms, us, ns by their size, or a Date; undefined for no time. */
export function timeUs(value: number | Date): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime() * 1000
  if (!Number.isFinite(value)) return undefined
  const size = Math.abs(value)
  if (size < 1e11) return Math.trunc(value * 1e6)
  if (size < 1e14) return Math.trunc(value * 1e3)
  return Math.trunc(size < 1e17 ? value : value / 1e3)
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF'
  return Object.is(value, -0) ? '-0' : String(value)
}

function jsonText(value: object): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === 'bigint') return inner.toString()
      if (typeof inner === 'number' && !Number.isFinite(inner)) return floatText(inner)
      if (inner instanceof Map) return Object.fromEntries(inner)
      if (inner instanceof Set) return [...inner]
      return inner
    }) ?? 'null'
  )
}
