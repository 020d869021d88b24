import { pack, unpack } from '@provloom/shared'
import { fromPlain, toPlain } from './plain.ts'
import { seriesOfRows, seriesRows } from './series-rows.ts'
import { emptyState } from './state.ts'
import type { RunState } from './state.ts'
import { Tallies } from './tally.ts'

const format = 7
/** Entries of a map, or series, in one piece: a millisecond or two of work. */
const entriesPerPiece = 32
const seriesPerPiece = 512

export interface Loaded {
  readonly state: RunState
  readonly tallies: Tallies
}

/**
 * State as MessagePack, made piece by piece: `[format, pieces]`, each piece a MessagePack of its own:
 * `['fields', object]` for what are no maps, `['map', name, entries]`, `['series', rows]`,
 * `['tallies', columns]`, `['sparks', columns]`.
 */
export function* saveState(state: RunState, tallies: Tallies): Generator<void, Uint8Array> {
  const { series: _series, ...rest } = state
  const pieces: Uint8Array[] = []
  const fields: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(rest)) {
    if (!(field instanceof Map)) {
      fields[name] = field
      continue
    }
    const entries: ReadonlyMap<unknown, unknown> = field
    for (const some of inPieces([...entries], entriesPerPiece)) {
      pieces.push(pack(['map', name, toPlain(new Map(some))]))
      yield
    }
  }
  pieces.push(pack(['fields', toPlain(fields)]))
  for (const rows of inPieces(seriesRows(state), seriesPerPiece)) {
    pieces.push(pack(['series', rows]))
    yield
  }
  pieces.push(pack(['tallies', toPlain(tallies.save())]))
  yield
  pieces.push(pack(['sparks', toPlain(tallies.sparks.save())]))
  yield
  return pack([format, pieces])
}

/** @throws {TypeError} when the bytes are damaged or of another format */
export function loadState(saved: Uint8Array): Loaded {
  const whole = unpack(saved)
  if (!Array.isArray(whole) || whole[0] !== format || !Array.isArray(whole[1]))
    throw new TypeError('the saved graph is of another format')
  const read = new Reading()
  for (const piece of whole[1]) read.take(piece instanceof Uint8Array ? unpack(piece) : undefined)
  return read.loaded()
}

/** What the pieces have told so far. */
class Reading {
  readonly #fields = new Map<string, unknown>()
  #rows: unknown[] = []
  #tallies: ReadonlyMap<string, Float64Array> | undefined
  #sparks: ReadonlyMap<string, Float64Array> | undefined

  take(piece: unknown): void {
    if (!Array.isArray(piece)) throw new TypeError('a piece of the saved graph cannot be read')
    const [kind, first, second]: unknown[] = piece
    if (kind === 'fields') this.#takeFields(fromPlain(first))
    else if (kind === 'map') this.#takeMap(String(first), fromPlain(second))
    else if (kind === 'series' && Array.isArray(first)) for (const row of first) this.#rows.push(row)
    else if (kind === 'tallies') this.#tallies = columnsOf(fromPlain(first))
    else if (kind === 'sparks') this.#sparks = columnsOf(fromPlain(first))
    else throw new TypeError('a piece of the saved graph is of no known kind')
  }

  loaded(): Loaded {
    if (this.#tallies === undefined || this.#sparks === undefined)
      throw new TypeError('the saved graph is not whole')
    // Written by saveState of this format, so it has this shape; what was undefined or empty is absent.
    const state: RunState = { ...emptyState(), ...Object.fromEntries(this.#fields) }
    const series = seriesOfRows(this.#rows, state)
    return { state: { ...state, series }, tallies: new Tallies(this.#tallies, this.#sparks) }
  }

  #takeFields(fields: unknown): void {
    if (typeof fields !== 'object' || fields === null) throw new TypeError('the saved graph holds no state')
    for (const [name, field] of Object.entries(fields)) this.#fields.set(name, field)
  }

  #takeMap(name: string, entries: unknown): void {
    if (!(entries instanceof Map)) throw new TypeError('a map of the saved graph is none')
    const known = this.#fields.get(name)
    if (known instanceof Map) for (const [key, value] of entries) known.set(key, value)
    else this.#fields.set(name, entries)
  }
}

function* inPieces<T>(all: readonly T[], size: number): Generator<readonly T[], void> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size)
}

function columnsOf(value: unknown): ReadonlyMap<string, Float64Array> {
  const columns = new Map<string, Float64Array>()
  if (!(value instanceof Map)) throw new TypeError('the saved graph holds no statistics')
  for (const [name, column] of value) {
    if (typeof name === 'string' && column instanceof Float64Array) columns.set(name, column)
  }
  return columns
}
