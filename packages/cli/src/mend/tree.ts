/** A PROV-JSON document as JSON has it, to be changed in place. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [name: string]: Json
}

/** What was changed, counted by what it was. */
export class Changes {
  readonly #found = new Map<string, Set<string>>()

  /** @param what the kind of change, in words that go on after the number of names */
  note(what: string, name: string): void {
    const names = this.#found.get(what) ?? new Set<string>()
    this.#found.set(what, names.add(name))
  }

  /** One line each. */
  get lines(): string[] {
    return [...this.#found].map(([what, names]) => {
      const some = [...names].slice(0, 3).join(', ')
      return `${what}: ${names.size > 3 ? `${some} and ${names.size - 3} more` : some}`
    })
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The records of one kind, an array of several under one name included. */
export function records(
  scope: JsonObject,
  kind: string,
): { readonly name: string; readonly record: JsonObject }[] {
  const all = scope[kind]
  if (!isObject(all)) return []
  return Object.entries(all).flatMap(([name, one]) =>
    (Array.isArray(one) ? one : [one]).flatMap((record) => (isObject(record) ? [{ name, record }] : [])),
  )
}

/** A document and its bundles: each declares its own prefixes. */
export function scopes(document: JsonObject): JsonObject[] {
  return [document, ...records(document, 'bundle').map(({ record }) => record)]
}
