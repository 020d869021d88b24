import { types } from 'node:util'
import { shortened } from '@provloom/shared'
import { heldIn, titleOf } from './stranger.ts'
import { unboxed } from './scalar.ts'
import { typedLength } from './parts.ts'

/** What a metric, step or time is recorded as. `remark` goes on after "the value of NAME". */
export type Found<T> =
  | { readonly kind: 'found'; readonly value: T; readonly remark?: NumberRemark }
  /** It is none; `what` it is instead. */
  | { readonly kind: 'refused'; readonly what: string }

export interface NumberRemark {
  readonly code: 'ROUNDED' | 'NUMBER_AS_TEXT' | 'BAD_STEP'
  readonly words: string
}

const int64 = 2n ** 63n
const numberText =
  /^\s{0,8}[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400}|nan|inf|infinity)(?:e[+-]?\d{1,4})?\s{0,8}$/i
const wholeText = /^\s{0,8}[+-]?\d{1,19}\s{0,8}$/

/** A float out of anything that is one number: number, bigint, boolean, an array of numbers with one, and text that is one. */
export function numberOf(value: unknown): Found<number> {
  const plain = plainOf(value)
  if (typeof plain === 'number') return { kind: 'found', value: plain }
  if (typeof plain === 'bigint') return floatOf(plain)
  return typeof plain === 'string' ? floatOfText(plain) : { kind: 'refused', what: shown(value) }
}

function floatOf(whole: bigint): Found<number> {
  const value = Number(whole)
  if (!Number.isFinite(value)) return { kind: 'refused', what: 'a bigint of more than a float64 holds' }
  if (BigInt(value) === whole) return { kind: 'found', value }
  const words = `is ${whole}, beyond what a float64 holds exactly; ${value} is recorded`
  return { kind: 'found', value, remark: { code: 'ROUNDED', words } }
}

function floatOfText(text: string): Found<number> {
  const word = text.length <= 1000 && numberText.test(text) ? text.trim().toLowerCase() : ''
  const isNaNText = /^[+-]?nan$/.test(word)
  const value = isNaNText ? NaN : Number(word.replace(/^([+-]?)inf(?:inity)?$/, '$1Infinity'))
  if (word === '' || (Number.isNaN(value) && !isNaNText)) {
    return { kind: 'refused', what: shown(text) }
  }
  const words = `is the text '${shortened(text, 40)}'; the number ${value} is recorded`
  return { kind: 'found', value, remark: { code: 'NUMBER_AS_TEXT', words } }
}

/** A step as an integer of 64 bits; nothing is 0. */
export function stepOf(value: unknown): Found<number | bigint> {
  if (Number.isSafeInteger(value)) return { kind: 'found', value: Number(value) }
  if (value === undefined || value === null) return { kind: 'found', value: 0 }
  const plain = plainOf(value)
  if (typeof plain === 'string') {
    if (!wholeText.test(plain)) return { kind: 'refused', what: shown(plain) }
    const words = `is the text '${shortened(plain, 40)}'; the number ${BigInt(plain.trim())} is recorded`
    return within(BigInt(plain.trim()), { code: 'NUMBER_AS_TEXT', words })
  }
  if (typeof plain === 'bigint') return within(plain)
  if (typeof plain !== 'number' || !Number.isFinite(plain)) return { kind: 'refused', what: shown(value) }
  const whole = BigInt(Math.floor(plain))
  if (Number.isInteger(plain)) return within(whole)
  return within(whole, { code: 'BAD_STEP', words: `is ${plain}, no whole number; ${whole} is recorded` })
}

function within(whole: bigint, remark?: NumberRemark): Found<number | bigint> {
  if (whole < -int64 || whole >= int64) return { kind: 'refused', what: `${shown(whole)}, beyond 64 bits` }
  const value = Number.isSafeInteger(Number(whole)) ? Number(whole) : whole
  return remark === undefined ? { kind: 'found', value } : { kind: 'found', value, remark }
}

/** Microseconds since the Unix epoch out of seconds, or of ms, us, ns by their size, or a Date. */
export function timeUsOf(value: unknown): Found<number | bigint> {
  const date = types.isDate(value) ? Date.prototype.getTime.call(value) : undefined
  const plain = date ?? plainOf(value)
  if (typeof plain === 'bigint') return momentOf(plain)
  if (typeof plain !== 'number' || !Number.isFinite(plain)) return { kind: 'refused', what: shown(value) }
  if (date !== undefined) return within(BigInt(date) * 1000n)
  const size = Math.abs(plain)
  if (size < 1e14) return within(BigInt(Math.trunc(plain * (size < 1e11 ? 1e6 : 1e3))))
  return size < 1e17 ? within(BigInt(Math.trunc(plain))) : within(BigInt(Math.trunc(plain)) / 1000n)
}

function momentOf(value: bigint): Found<number | bigint> {
  const size = value < 0n ? -value : value
  if (size < 10n ** 11n) return within(value * 1_000_000n)
  if (size < 10n ** 14n) return within(value * 1000n)
  return within(size < 10n ** 17n ? value : value / 1000n)
}

/** The number, bigint or text that something is; undefined for what is none. */
function plainOf(value: unknown): number | bigint | string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined
  if (types.isBoxedPrimitive(value)) return plainOf(unboxed(value))
  return types.isTypedArray(value) && typedLength(value) === 1 ? plainOf(heldIn(value, 0)) : undefined
}

/** A value in a few words for people: text and numbers as they are, everything else by its type. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `text '${shortened(value, 80)}'`
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
      return value >> 256n === 0n || value >> 256n === -1n ? String(value) : 'a very large bigint'
    case 'symbol':
    case 'function':
      return `a ${typeof value}`
    case 'object':
      if (value === null) return 'null'
      if (types.isProxy(value)) return 'a Proxy'
      if (Array.isArray(value)) return `an array of ${value.length}`
      return types.isTypedArray(value) ? `an array of ${typedLength(value)}` : `an object (${titleOf(value)})`
  }
}
