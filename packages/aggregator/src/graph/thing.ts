/**
 * A thing is what is rendered together: its elements and their relations. Its key sorts it into the document: by kind,
 * then by rank or name, never by arrival.
 */
export type ThingKind =
  | 'run'
  | 'host'
  | 'group'
  | 'model'
  | 'rank'
  | 'context'
  | 'metric'
  | 'series'
  | 'artifact'
  | 'final'

export interface Thing {
  readonly kind: ThingKind
  /** Key in the state's map of that kind; empty for the run. */
  readonly key: string
}

const order: Readonly<Record<ThingKind, string>> = {
  run: 'a',
  host: 'b',
  group: 'c',
  model: 'd',
  rank: 'e',
  context: 'f',
  metric: 'g',
  series: 'h',
  artifact: 'i',
  final: 'j',
}

export function thingKey(thing: Thing): string {
  return order[thing.kind] + thing.key
}

/** Things that changed since they were rendered last. */
export class Dirt {
  #things = new Map<string, Thing>()
  #all = true

  mark(kind: ThingKind, key: string): void {
    if (this.#all) return
    const thing = { kind, key }
    const name = thingKey(thing)
    if (!this.#things.has(name)) this.#things.set(name, thing)
  }

  markAll(): void {
    this.#all = true
    this.#things.clear()
  }

  /** What was marked, `all` when everything was. Nothing is marked afterwards. */
  take(): 'all' | ReadonlyMap<string, Thing> {
    const taken = this.#all ? 'all' : this.#things
    this.#all = false
    this.#things = new Map()
    return taken
  }
}
