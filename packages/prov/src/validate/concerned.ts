import type { ProvRecord } from '../model/record.ts'

/**
 * The records that go with each of some keys. Asked for only where there is something to report, so that a valid
 * document pays nothing: one more look at its rows, however many violations there are.
 */
export class Concerned<Key> {
  readonly #records = new Map<Key, Set<ProvRecord>>()

  constructor(keys: Iterable<Key>) {
    for (const key of keys) this.#records.set(key, new Set())
  }

  get none(): boolean {
    return this.#records.size === 0
  }

  /** Adds a record to a key; of another key than those asked for it is left out. */
  add(key: Key, record: ProvRecord | null): void {
    if (record !== null) this.#records.get(key)?.add(record)
  }

  /** The records of some keys, a set for each. */
  of(...keys: readonly Key[]): ReadonlySet<ProvRecord>[] {
    return Array.from(new Set(keys), (key) => this.#records.get(key)).filter((set) => set !== undefined)
  }
}
