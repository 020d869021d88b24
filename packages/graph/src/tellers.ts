import type { Undo } from './undo.ts'

interface OneParam {
  /** Owners that told it, with how many values. */
  readonly owners: Map<string, number>
  /** How many owners told a value. */
  readonly values: Map<string, number>
  /** How often a value was told, over all owners. */
  told: number
}

/**
 * Who told which value of a parameter, by attempt. A value is alike when every rank of the attempt that told the
 * parameter told it, two at least.
 */
export class Tellers {
  readonly #params = new Map<string, OneParam>()

  load(attempt: number, owner: string, param: string, value: string): void {
    const key = `${attempt} ${param}`
    const one = this.#params.get(key) ?? { owners: new Map(), values: new Map(), told: 0 }
    this.#params.set(key, one)
    one.owners.set(owner, (one.owners.get(owner) ?? 0) + 1)
    one.values.set(value, (one.values.get(value) ?? 0) + 1)
    one.told++
  }

  /** @returns values that were alike and are no longer, or are from now on, but for their new owner */
  add(undo: Undo, attempt: number, owner: string, param: string, value: string): string[] {
    const before = this.#alike(attempt, param)
    undo.did(() => this.#remove(attempt, owner, param, value))
    this.load(attempt, owner, param, value)
    const after = this.#alike(attempt, param)
    return [...new Set([...before, ...after])].filter((one) => before.includes(one) !== after.includes(one))
  }

  isAlike(attempt: number, param: string, value: string): boolean {
    const one = this.#params.get(`${attempt} ${param}`)
    const tellers = one?.values.get(value) ?? 0
    return tellers >= 2 && tellers === one?.owners.size
  }

  /** Of many values none but a few can be told by all: more than one only where ranks told several. */
  #alike(attempt: number, param: string): string[] {
    const one = this.#params.get(`${attempt} ${param}`)
    if (one === undefined || one.owners.size < 2) return []
    // Where each told one, as they do, all have to be the same.
    if (one.told === one.owners.size && one.values.size > 1) return []
    return [...one.values].flatMap(([value, count]) => (count === one.owners.size ? [value] : []))
  }

  #remove(attempt: number, owner: string, param: string, value: string): void {
    const key = `${attempt} ${param}`
    const one = this.#params.get(key)
    if (one === undefined) return
    lower(one.owners, owner)
    lower(one.values, value)
    one.told--
    if (one.owners.size === 0) this.#params.delete(key)
  }
}

function lower(counts: Map<string, number>, key: string): void {
  const count = (counts.get(key) ?? 0) - 1
  if (count <= 0) counts.delete(key)
  else counts.set(key, count)
}
