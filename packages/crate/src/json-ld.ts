import { exactJson } from '@provloom/shared'

export interface Ref {
  readonly '@id': string
}
export type Scalar = string | number | boolean
export type Property = Scalar | Ref | readonly (Scalar | Ref)[]

/** One node of the crate's flat graph; a property that is not known is undefined, and is not written. */
export interface Entity {
  readonly '@id': string
  readonly '@type': string | readonly string[]
  readonly [property: string]: Property | undefined
}

export function ref(id: string): Ref {
  return { '@id': id }
}

/** As RO-Crate 1.1 wants it: nothing for none, one by itself, several as a list. */
export function some(values: readonly (Scalar | Ref)[]): Property | undefined {
  return values.length > 1 ? values : values[0]
}

/** What is said of a node beside what it is. */
export type Facts = Readonly<Record<string, Property | undefined>>

/** References to these, each once. */
export function refs(ids: Iterable<string>): Property | undefined {
  return some([...new Set(ids)].map(ref))
}

/** The document in pieces: a crate of a hundred thousand files is never one string. */
export function* documentPieces(context: readonly unknown[], entities: Iterable<Entity>): Generator<string> {
  yield `{\n"@context": ${JSON.stringify(context)},\n"@graph": [`
  let before = '\n'
  for (const entity of entities) {
    yield `${before}${exactJson(entity)}`
    before = ',\n'
  }
  yield '\n]\n}\n'
}
