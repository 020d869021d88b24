/** What a foreign object holds, by name: its own fields, and no others that a language adds. */
export type Fields = ReadonlyMap<string, unknown>

/** None of what is no object. */
export function fieldsOf(value: unknown): Fields {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

/** The same of JSON; none of what is none. */
export function fieldsIn(json: string | undefined): Fields {
  try {
    return fieldsOf(json === undefined ? undefined : JSON.parse(json))
  } catch {
    return new Map()
  }
}
