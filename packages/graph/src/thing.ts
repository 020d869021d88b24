/**
 * A thing is what is rendered together: its elements and their relations. Its key sorts it into the document: by kind,
 * then by rank or name, never by arrival.
 */
export type ThingKind =
  | 'run'
  | 'attempt'
  | 'host'
  | 'group'
  | 'groupContext'
  | 'groupUses'
  | 'term'
  | 'shared'
  | 'set'
  | 'package'
  | 'source'
  | 'model'
  | 'rank'
  | 'bystander'
  | 'context'
  | 'uses'
  | 'series'
  | 'artifact'
  | 'final'
  | 'part'

export interface Thing {
  readonly kind: ThingKind
  /** Key in the state's map of that kind; empty where there is one. */
  readonly key: string
}

const order: Readonly<Record<ThingKind, string>> = {
  run: 'a',
  attempt: 'b',
  host: 'c',
  group: 'd',
  groupContext: 'e',
  groupUses: 'f',
  term: 'g',
  shared: 'h',
  set: 'i',
  package: 'j',
  source: 'k',
  model: 'l',
  rank: 'm',
  bystander: 'n',
  context: 'o',
  uses: 'p',
  series: 'q',
  artifact: 'r',
  final: 's',
  part: 't',
}

export function thingKey(thing: Thing): string {
  return order[thing.kind] + thing.key
}

/** What is kept of things of a kind. */
export interface Forgetful {
  forget(key: string): void
  clear(): void
}

/** Things, each once. */
export class Marks {
  /** Keys by kind: marking again what is marked, as most marks do, makes nothing. */
  #keys = new Map<ThingKind, Set<string>>()
  #all = false

  mark(kind: ThingKind, key: string): void {
    if (this.#all) return
    const known = this.#keys.get(kind)
    if (known === undefined) this.#keys.set(kind, new Set([key]))
    else known.add(key)
  }

  markAll(): void {
    this.#all = true
    this.#keys.clear()
  }

  add(marked: 'all' | readonly Thing[]): void {
    if (marked === 'all') this.markAll()
    else for (const { kind, key } of marked) this.mark(kind, key)
  }

  /** What was marked, `all` when everything was. Nothing is marked afterwards. */
  take(): 'all' | readonly Thing[] {
    const taken = this.#all
      ? 'all'
      : [...this.#keys].flatMap(([kind, keys]) => [...keys].map((key) => ({ kind, key })))
    this.#all = false
    this.#keys = new Map()
    return taken
  }
}

/** Things that changed since it was last asked. What is kept of a thing goes when it is marked. */
export class Dirt {
  readonly #kept: Partial<Readonly<Record<ThingKind, Forgetful>>>
  readonly #marks = new Marks()

  constructor(kept: Partial<Readonly<Record<ThingKind, Forgetful>>>) {
    this.#kept = kept
    this.#marks.markAll()
  }

  mark(kind: ThingKind, key: string): void {
    this.#kept[kind]?.forget(key)
    this.#marks.mark(kind, key)
  }

  markAll(): void {
    this.#marks.markAll()
    for (const kept of Object.values(this.#kept)) kept.clear()
  }

  /** What was marked, `all` when everything was. Nothing is marked afterwards. */
  take(): 'all' | readonly Thing[] {
    return this.#marks.take()
  }
}
