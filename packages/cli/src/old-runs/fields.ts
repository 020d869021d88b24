import { fieldsOf } from '@provloom/shared'

/** A record of a PROV-JSON document, by the local parts of its attributes' names: prefixes differ by version. */
export type Fields = ReadonlyMap<string, unknown>

/** What belongs to one name in a document: one record, or an array of several. */
export function recordsOf(value: unknown): Fields[] {
  const records: unknown[] = Array.isArray(value) ? value : [value]
  return records.map(
    (one) =>
      new Map(
        [...fieldsOf(one)].map(([name, content]) => [name.slice(name.lastIndexOf(':') + 1), plain(content)]),
      ),
  )
}

/**
 * A literal's value: of `{"$": "0.1", "type": "xsd:double"}` the number, and the same where a version wrote the text of such
 * an object as Python prints it.
 */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  const printed =
    typeof value === 'string' ? /^\{'\$': (?:'([^]*)'|([^,]*)), 'type': '([^']*)'\}$/.exec(value) : null
  if (printed !== null) return typedAs(printed[1] ?? printed[2] ?? '', printed[3] ?? '')
  const fields = fieldsOf(value)
  if (!fields.has('$')) return value
  return typedAs(fields.get('$'), textIn(fields, 'type') ?? '')
}

function typedAs(value: unknown, type: string): unknown {
  const isNumber = /(?:^|:)(?:int|integer|long|float|double|decimal)$/.test(type)
  return isNumber && typeof value === 'string' && /^[+-]?[\d.]/.test(value) ? Number(value) : value
}

export function textIn(fields: Fields, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = fields.get(name)
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number') return String(value)
  }
  return undefined
}

/** A whole number that is not negative. */
export function countIn(fields: Fields, ...names: string[]): number | undefined {
  const text = textIn(fields, ...names)
  const count = text === undefined ? NaN : Number(text)
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined
}

/** The types of a record, as text without prefixes. */
export function typesIn(fields: Fields): string[] {
  const found = fields.get('type')
  const types: unknown[] = Array.isArray(found) ? found : [found]
  return types.flatMap((one) => (typeof one === 'string' ? [one.slice(one.lastIndexOf(':') + 1)] : []))
}
