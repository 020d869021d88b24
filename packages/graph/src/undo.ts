/**
 * Every change of a graph's state goes through here, so that an entry is taken in wholly or not at all: what was changed
 * for it can be taken back, the last change first.
 */
export class Undo {
  #back: (() => void)[] = []

  set<Target extends object, Name extends keyof Target>(
    target: Target,
    name: Name,
    value: Target[Name],
  ): void {
    const before = target[name]
    this.did(() => {
      target[name] = before
    })
    target[name] = value
  }

  put<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key, value: Value): void {
    if (!(map instanceof Map)) throw new TypeError('what is in the state is a map')
    const before = map.get(key)
    this.did(map.has(key) ? () => map.set(key, before) : () => map.delete(key))
    map.set(key, value)
  }

  drop<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): void {
    if (!(map instanceof Map)) throw new TypeError('what is in the state is a map')
    if (!map.has(key)) return
    const before = map.get(key)
    this.did(() => map.set(key, before))
    map.delete(key)
  }

  push<Item>(list: Item[], item: Item): void {
    this.insert(list, list.length, item)
  }

  insert<Item>(list: Item[], at: number, item: Item): void {
    const { length } = list
    this.did(() => {
      if (list.length > length) list.splice(at, 1)
    })
    list.splice(at, 0, item)
  }

  /** Notes how to take back a change that is made elsewhere. */
  did(back: () => void): void {
    this.#back.push(back)
  }

  /** What was changed stays. */
  keep(): void {
    if (this.#back.length > 0) this.#back = []
  }

  /** Takes back everything since the last `keep`. */
  undo(): void {
    while (this.#back.length > 0) this.#back.pop()!()
  }
}
