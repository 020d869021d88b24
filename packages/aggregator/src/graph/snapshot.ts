import { pack, unpack } from '@provloom/shared'
import { fromPlain, toPlain } from './plain.ts'
import { emptyState } from './state.ts'
import type { RunState } from './state.ts'
import { Tallies } from './tally.ts'

const format = 1

export interface Loaded {
  readonly state: RunState
  readonly tallies: Tallies
}

/** State as MessagePack: `[format, state, tallies]`. */
export function saveState(state: RunState, tallies: Tallies): Uint8Array {
  return pack([format, toPlain(state), toPlain(tallies.save())])
}

/** @throws {TypeError} when the bytes are damaged or of another format */
export function loadState(saved: Uint8Array): Loaded {
  const parts = unpack(saved)
  if (!Array.isArray(parts) || parts[0] !== format)
    throw new TypeError('the saved graph is of another format')
  const [, state, tallies]: unknown[] = parts
  const fields = fromPlain(state)
  if (typeof fields !== 'object' || fields === null) throw new TypeError('the saved graph holds no state')
  // Written by saveState of this format, so it has this shape; what was undefined is absent.
  return {
    state: { ...emptyState(), ...fields },
    tallies: new Tallies(columnsOf(fromPlain(tallies))),
  }
}

function columnsOf(value: unknown): ReadonlyMap<string, Float64Array> {
  const columns = new Map<string, Float64Array>()
  if (!(value instanceof Map)) throw new TypeError('the saved graph holds no statistics')
  for (const [name, column] of value) {
    if (typeof name === 'string' && column instanceof Float64Array) columns.set(name, column)
  }
  return columns
}
