import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import { limits, printable, workingFolder } from '@provloom/shared'
import { shown as shownValue } from './number.ts'
import type { Session } from './session.ts'

/** A path as a person gives it, or as a folder holds it: its bytes need be no text. */
export type Place = string | Buffer

/** Where a path leads; undefined for what is none, which is counted, and told. */
export function absolute(session: Session, call: string, file: unknown): string | undefined {
  const found = pathFrom(file)
  if (found.kind === 'path') return found.path
  session.refuse('bad-path', 'BAD_PATH', `${call}: the path ${found.why}: nothing is recorded`, call)
  return undefined
}

/** The absolute path of a text, and why there is none. Nothing of a longer one is looked at. */
export function pathFrom(
  value: unknown,
): { readonly kind: 'path'; readonly path: string } | { readonly kind: 'none'; readonly why: string } {
  if (typeof value !== 'string') return { kind: 'none', why: `is ${shownValue(value)}` }
  if (value === '') return { kind: 'none', why: 'is empty' }
  if (value.length > limits.pathBytesMax || Buffer.byteLength(value) > limits.pathBytesMax)
    return { kind: 'none', why: `is longer than ${limits.pathBytesMax} bytes` }
  if (value.includes('\0')) return { kind: 'none', why: 'holds a NUL' }
  if (/\p{Surrogate}/u.test(value)) return { kind: 'none', why: 'holds half of a surrogate pair' }
  if (path.isAbsolute(value)) return { kind: 'path', path: path.normalize(value) }
  const directory = workingFolder()
  if (directory === '') return { kind: 'none', why: 'is in the working folder, which is gone' }
  return { kind: 'path', path: path.resolve(directory, value) }
}

/** Whether an event can say it, and it can be found by what the event says. */
export function isText(place: Place): boolean {
  return typeof place === 'string' || isUtf8(place)
}

/** A path as it is; where it is no UTF-8 with all its bytes beyond ASCII as `\xNN`. */
export function textOf(place: Place): string {
  if (typeof place === 'string') return place
  if (isUtf8(place)) return place.toString('utf8')
  return Array.from(place, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`,
  ).join('')
}

/** The same in one line, for people. */
export function shown(place: Place): string {
  return printable(textOf(place)).replaceAll(/[\t\n]/g, (letter) => (letter === '\n' ? '\\n' : '\\t'))
}
