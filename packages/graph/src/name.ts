import { createHash } from 'node:crypto'

/**
 * Identifiers: local parts of `[A-Za-z0-9._-]+`, decided by what is named and by nothing else, so that they are the same
 * in whatever order things come. Different names never have one: what cannot stand as it is gets a hash of the name behind it.
 */
const lengthMax = 64
/** A name as one piece between dots. */
const piece = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/
/** Words of our own that stand where names may. */
const ours =
  /^(?:attempt-\d+|\d+|series|measured|file|final|copy|watch|energy|unknown|untracked|diff|part-\d+|v\d+)$/
/** A name that looks like a piece with a hash behind it. */
const hashed = /-[0-9a-f]{8}$/

/** One piece of an identifier that stands for a person's name. */
export function slug(name: string): string {
  if (name.length <= lengthMax && piece.test(name) && !ours.test(name) && !hashed.test(name)) return name
  return `${readable(name.replaceAll('.', '-'))}-${shortHash(name)}`
}

/** The last piece of an identifier: dots may stand in it. */
export function lastSlug(name: string): string {
  const safe = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/
  if (name.length <= lengthMax && safe.test(name) && !hashed.test(name)) return name
  return `${readable(name)}-${shortHash(name)}`
}

function readable(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[.-]+|[.-]+$/g, '')
  return safe === '' ? 'name' : safe.slice(0, lengthMax - 9)
}

/** Eight hexadecimal digits that only the text decides. */
export function shortHash(text: string): string {
  return hashOf(text, 8)
}

/** Of these there are many beside each other: no two of a million are alike. */
export function longHash(text: string): string {
  return hashOf(text, 16)
}

function hashOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}

/** Joins pieces that may hold any text into a key; different pieces give different keys. */
export function keyOf(...pieces: readonly (string | number | undefined)[]): string {
  return pieces.map((one) => (one === undefined ? '-' : `+${escaped(String(one))}`)).join('\0-')
}

function escaped(one: string): string {
  return one.includes('\0') ? one.replaceAll('\0', '\0+') : one
}

/** A number in text that sorts like the number. */
export function sortable(n: number): string {
  return String(n).padStart(10, '0')
}

/** The event that logged a file; of one stream in the order of its records. */
export function fileKey(rankKey: string, stream: string, number: number): string {
  return keyOf(rankKey, stream, sortable(number))
}
