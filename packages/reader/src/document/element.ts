import { iriOf, labelOf } from '@provloom/prov'
import type { ElementKind, ProvRecord, Value } from '@provloom/prov'

export type Fact = string | number | boolean

/** An element of a run's document, asked by the names that the document gives (docs/prov-mapping.md). */
export class Element {
  readonly id: string
  readonly kind: ElementKind
  readonly #record: ProvRecord

  constructor(record: ProvRecord, kind: ElementKind) {
    this.#record = record
    this.kind = kind
    this.id = record.id === null ? '' : labelOf(record.id)
  }

  /** `provloom:RankExecution` and others, in the document's order. */
  get types(): string[] {
    return this.texts('prov:type')
  }

  is(type: string): boolean {
    return this.types.includes(type)
  }

  get label(): string {
    return this.text('prov:label') ?? this.id
  }

  texts(attribute: string): string[] {
    return this.#values(attribute).map(textOf)
  }

  text(attribute: string): string | undefined {
    return this.texts(attribute)[0]
  }

  number(attribute: string): number | undefined {
    const text = this.text(attribute)
    const number = text === undefined || text === '' ? NaN : Number(text)
    return Number.isNaN(number) ? undefined : number
  }

  fact(attribute: string): Fact | undefined {
    const [value] = this.#values(attribute)
    return value === undefined ? undefined : factOf(value)
  }

  /** All that is said once of it in one namespace: names without their prefix. */
  facts(prefix: string): Record<string, Fact> {
    const found = this.#record.attributes.flatMap(([name, value]) => {
      const [of, ...local] = labelOf(name).split(':')
      return of === prefix ? [[local.join(':'), factOf(value)] as const] : []
    })
    return Object.fromEntries(found)
  }

  /** `startTime`, `endTime` of an activity. */
  time(name: 'startTime' | 'endTime'): string | undefined {
    const value = this.#record.times[name]
    return value ?? undefined
  }

  #values(attribute: string): Value[] {
    return this.#record.attributes.filter(([name]) => labelOf(name) === attribute).map(([, value]) => value)
  }
}

function textOf(value: Value): string {
  if (value.type === 'text') return value.text
  return value.type === 'name' ? labelOf(value.name) : value.lexical
}

function factOf(value: Value): Fact {
  const text = textOf(value)
  if (value.type !== 'typed') return text
  const type = value.datatype.local
  if (type === 'boolean') return text === 'true' || text === '1'
  if (!['int', 'long', 'integer', 'double', 'float', 'decimal'].includes(type)) return text
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

/** For comparisons over documents whose prefixes differ. */
export function iriOfRecord(record: ProvRecord): string {
  return record.id === null ? '' : iriOf(record.id)
}
