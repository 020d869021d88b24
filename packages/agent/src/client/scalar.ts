import { types } from 'node:util'
import { firstBytes, limits, wellFormed } from '@provloom/shared'
import { functionName, heldIn, strangerOf, titleOf } from './stranger.ts'
import type { Typed } from './typed.ts'

/** The value without parts that something is; undefined for what has some. */
export function scalar(value: unknown, most: number): Typed | undefined {
  switch (typeof value) {
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
        return { valueType: 'int', value: String(value) }
      }
      return { valueType: 'float', value: floatText(value) }
    case 'bigint':
      return integer(value)
    case 'boolean':
      return { valueType: 'bool', value: String(value) }
    case 'string':
      return cut(value, most)
    case 'undefined':
      return { valueType: 'null', value: '' }
    case 'symbol':
      return cut(String(value), most)
    case 'function':
      return { valueType: 'str', value: types.isProxy(value) ? 'function' : functionName(value) }
    case 'object':
      return value === null ? { valueType: 'null', value: '' } : ofObject(value, most)
  }
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF'
  return Object.is(value, -0) ? '-0' : String(value)
}

function integer(value: bigint): Typed {
  const rest = value >> BigInt(limits.integerBitsMax)
  if (rest === 0n || rest === -1n) return { valueType: 'int', value: value.toString() }
  const words = `is an integer of more than ${BigInt(limits.integerBitsMax)} bits, which is not recorded`
  return { valueType: 'str', value: '<bigint>', remark: { code: 'VALUE_CUT', words } }
}

function cut(text: string, most: number): Typed {
  const start = text.slice(0, most)
  const whole = wellFormed(start)
  const value = firstBytes(whole, most)
  if (start.length < text.length || value.length < whole.length) {
    const words = `has ${text.length} characters; the first ${value.length} are recorded`
    return { valueType: 'str', value, remark: { code: 'VALUE_CUT', words } }
  }
  if (whole === start) return { valueType: 'str', value }
  const words = String.raw`holds halves of surrogate pairs; they are recorded as \udXXX`
  return { valueType: 'str', value, remark: { code: 'VALUE_CHANGED', words } }
}

/** Only objects with inner slots of their own: no property says what they are. */
function ofObject(value: object, most: number): Typed | undefined {
  if (types.isProxy(value)) return strangerOf('Proxy')
  if (types.isDate(value)) return dateOf(Date.prototype.getTime.call(value))
  if (types.isBoxedPrimitive(value)) return scalar(unboxed(value), most)
  if (types.isRegExp(value)) return cut(RegExp.prototype.toString.call(value), most)
  if (types.isNativeError(value)) {
    const message = heldIn(value, 'message')
    return cut(`${titleOf(value)}: ${typeof message === 'string' ? message : ''}`, most)
  }
  if (Object.getPrototypeOf(value) === URL.prototype)
    return cut(Reflect.get(URL.prototype, 'href', value), most)
  return isOpaque(value) ? strangerOf(titleOf(value)) : undefined
}

/** The value in a Number, String, Boolean, BigInt or Symbol object. */
export function unboxed(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value)
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value)
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value)
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value)
  return types.isSymbolObject(value) ? Symbol.prototype.valueOf.call(value) : undefined
}

/** What has no parts to be seen, or would be used up by looking. */
function isOpaque(value: object): boolean {
  return (
    types.isPromise(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isDataView(value) ||
    types.isModuleNamespaceObject(value) ||
    types.isExternal(value)
  )
}

/** Years as XML Schema writes them: without the sign that JavaScript gives those of more than four digits. */
function dateOf(ms: number): Typed {
  if (Number.isNaN(ms)) return { valueType: 'str', value: 'Invalid Date' }
  const iso = new Date(ms).toISOString()
  const value = iso.replace(
    /^([+-])0*(\d{4,})(?=-\d\d-\d\dT)/,
    (_, sign: string, year: string) => (sign === '-' ? '-' : '') + year,
  )
  return { valueType: 'time', value }
}
