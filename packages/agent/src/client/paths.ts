import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import { printable } from '@provloom/shared'
import type { Session } from './session.ts'

/** A path as a person gives it, or as a folder holds it: its bytes need be no text. */
export type Place = string | Buffer

/** Where a path leads; undefined when it is empty, which is told. */
export function absolute(session: Session, call: string, file: string): string | undefined {
  if (file !== '') return path.resolve(file)
  session.problem('BAD_PATH', `${call}: the path is empty: nothing is recorded`, call)
  return undefined
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
