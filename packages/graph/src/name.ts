import { createHash } from 'node:crypto'
import type { Undo } from './undo.ts'

const SLUG_LENGTH_MAX = 64

/**
 * The part of an identifier that stands for a person's name: `[A-Za-z0-9._-]+`, readable, never empty. Different names
 * may have one slug; `claimId` keeps them apart.
 */
export function slug(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[.-]+|[.-]+$/g, '')
  if (safe === '') return shortHash(name)
  return safe.length <= SLUG_LENGTH_MAX ? safe : `${safe.slice(0, SLUG_LENGTH_MAX - 9)}-${shortHash(name)}`
}

/** The same for what outlives a run: two names never have one, for no run knows the names of another. */
export function lastingSlug(name: string): string {
  const made = slug(name)
  const hash = shortHash(name)
  return made === name || made.endsWith(hash) ? made : `${made}-${hash}`
}

/** Eight hexadecimal digits that only the text decides. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

/** Takes an identifier that nothing else in the run has: `wanted` for the first that asks, with a hash of `identity` for others. */
export function claimId({ undo, state }: Claiming, wanted: string, identity: string): string {
  const taken = state.ids
  let id = wanted
  if (taken.has(id)) id = `${wanted}-${shortHash(identity)}`
  for (let n = 2; taken.has(id); n++) id = `${wanted}-${shortHash(`${identity}\0${n}`)}`
  undo.put(taken, id, true)
  return id
}

interface Claiming {
  readonly undo: Undo
  readonly state: { readonly ids: ReadonlyMap<string, true> }
}

/** Joins pieces that may hold any text into a key; different pieces give different keys. */
export function keyOf(...pieces: readonly (string | number | undefined)[]): string {
  return pieces.map((piece) => (piece === undefined ? '-' : `+${escaped(String(piece))}`)).join('\0-')
}

function escaped(piece: string): string {
  return piece.includes('\0') ? piece.replaceAll('\0', '\0+') : piece
}

/** A number in text that sorts like the number. */
export function sortable(n: number): string {
  return String(n).padStart(10, '0')
}

/** The event that logged a file; of one stream in the order of its records. */
export function fileKey(rankKey: string, stream: string, number: number): string {
  return keyOf(rankKey, stream, sortable(number))
}
