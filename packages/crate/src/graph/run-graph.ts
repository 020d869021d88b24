import { iriOf, isElementKind } from '@provloom/prov'
import type { ProvDocument, ProvRecord } from '@provloom/prov'
import { Element } from './element.ts'

/** A run's document as the crate asks about it. */
export class RunGraph {
  readonly #elements = new Map<string, Element>()
  readonly #used = new Set<string>()
  readonly #madeBy = new Map<string, string>()
  readonly #derived = new Map<string, string[]>()
  readonly #special = new Map<string, string[]>()

  constructor(document: ProvDocument) {
    for (const record of document.records) {
      if (isElementKind(record.kind)) {
        const element = new Element(record)
        this.#elements.set(element.id, element)
      } else this.#relate(record)
    }
  }

  #relate(record: ProvRecord): void {
    const end = (name: string): string => {
      const of = record.args[name]
      return of === undefined ? '' : iriOf(of)
    }
    if (record.kind === 'used') this.#used.add(end('entity'))
    else if (record.kind === 'wasGeneratedBy') this.#madeBy.set(end('entity'), end('activity'))
    else if (record.kind === 'wasDerivedFrom') push(this.#derived, end('usedEntity'), end('generatedEntity'))
    else if (record.kind === 'specializationOf')
      push(this.#special, end('generalEntity'), end('specificEntity'))
  }

  /** All of them, in the document's order. */
  elements(): Iterable<Element> {
    return this.#elements.values()
  }

  ofType(...types: readonly string[]): Element[] {
    return [...this.#elements.values()].filter((one) => types.some((type) => one.is(type)))
  }

  element(id: string): Element | undefined {
    return this.#elements.get(id)
  }

  /** Some activity used it. */
  isUsed({ id }: Element): boolean {
    return this.#used.has(id)
  }

  /** The activity that made it. */
  makerOf({ id }: Element): Element | undefined {
    return this.element(this.#madeBy.get(id) ?? '')
  }

  /** What was derived from it: copies, later versions. */
  derivedFrom({ id }: Element): Element[] {
    return this.#known(this.#derived.get(id))
  }

  /** Files and versions of a model. */
  specializationsOf({ id }: Element): Element[] {
    return this.#known(this.#special.get(id))
  }

  #known(ids: readonly string[] = []): Element[] {
    return ids.flatMap((id) => this.element(id) ?? [])
  }
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
