import { randomUUID } from 'node:crypto'

/** Stands before the digits of a bigint while they are text, and before nothing else in the world. */
const mark = `bigint ${randomUUID()} `
const marked = new RegExp(`"${mark}(-?\\d+)"`, 'g')
/** A string, or a number; strings are found so that digits in them are left alone. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** JSON in which a bigint is an integer with all its digits. */
export function exactJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(
    value,
    (_, one: unknown) => (typeof one === 'bigint' ? `${mark}${one}` : one),
    indent,
  )
  return text.replaceAll(marked, '$1')
}

/**
 * Reads JSON; an integer that no number holds exactly is a bigint.
 *
 * @throws {SyntaxError} when it is no JSON
 */
export function parseExactJson(text: string): unknown {
  const whole = text.replaceAll(tokens, (token) => {
    const isLarge = /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token))
    return isLarge ? `"${mark}${token}"` : token
  })
  return JSON.parse(whole, (_, one: unknown) =>
    typeof one === 'string' && one.startsWith(mark) ? BigInt(one.slice(mark.length)) : one,
  )
}
