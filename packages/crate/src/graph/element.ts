import { iriOf } from '@provloom/prov'
import type { ProvRecord, Value } from '@provloom/prov'
import type { Scalar } from '../json-ld.ts'
import { prov } from '../vocabulary.ts'

/** An element of the run's document, asked by IRIs. */
export class Element {
  readonly id: string
  /** Of the run's own names: what stands behind its namespace. */
  readonly local: string
  readonly #record: ProvRecord
  readonly #types: ReadonlySet<string>

  constructor(record: ProvRecord) {
    this.#record = record
    this.id = record.id === null ? '' : iriOf(record.id)
    this.local = record.id?.local ?? ''
    this.#types = new Set(this.texts(prov('type')))
  }

  is(type: string): boolean {
    return this.#types.has(type)
  }

  get label(): string | undefined {
    return this.text(prov('label'))
  }

  /** Its values as text; of a name its IRI. */
  texts(attribute: string): string[] {
    return this.#values(attribute).map(textOf)
  }

  text(attribute: string): string | undefined {
    return this.texts(attribute)[0]
  }

  number(attribute: string): number | undefined {
    const text = this.text(attribute)
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
  }

  /** As JSON has them, and as text where it has no such number. */
  scalars(attribute: string): Scalar[] {
    return this.#values(attribute).map(scalarOf)
  }

  #values(attribute: string): Value[] {
    return this.#record.attributes.filter(([name]) => iriOf(name) === attribute).map(([, value]) => value)
  }
}

function textOf(value: Value): string {
  if (value.type === 'text') return value.text
  return value.type === 'name' ? iriOf(value.name) : value.lexical
}

function scalarOf(value: Value): Scalar {
  const text = textOf(value)
  if (value.type !== 'typed') return text
  const type = value.datatype.local
  if (type === 'boolean') return text === 'true' || text === '1'
  if (!['int', 'long', 'integer', 'double', 'float', 'decimal'].includes(type)) return text
  const number = Number(text)
  const exact = /^-?\d+$/.test(text) ? Number.isSafeInteger(number) : Number.isFinite(number)
  return exact ? number : text
}
