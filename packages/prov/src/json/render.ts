import { ProvError } from '../model/error.ts'
import { FORMALS } from '../model/formals.ts'
import { iriOf, labelOf } from '../model/qname.ts'
import type { QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import type { Value } from '../model/value.ts'
import { PROV } from '../model/vocabulary.ts'
import { hashOf } from './hash.ts'
import { renderValue, type WriteName } from './literal.ts'

/** One record as PROV-JSON holds it: `{ [section]: { [key]: body } }`. `key` is not yet quoted, `body` is JSON text. */
export interface RenderedRecord {
  readonly section: string
  readonly key: string
  readonly body: string
}

export interface RenderOptions {
  /** How names are written; by default with the prefixes that they carry, which the caller must have declared. */
  readonly write?: WriteName
  /** The key of a record without identifier. By default `_:r` and a hash of kind and body, so equal records share it. */
  readonly key?: string
}

/**
 * Renders one record. The text depends on the record and the options only, so a caller may keep it and never
 * render an unchanged record again. Throws ProvError `unrepresentable` for an attribute that PROV-JSON would read
 * as a formal position.
 */
export function renderRecord(record: ProvRecord, options: RenderOptions = {}): RenderedRecord {
  const { write = labelOf } = options
  const body = renderBody(record, write)
  const key = record.id === null ? (options.key ?? blankKey(record.kind, body)) : write(record.id)
  return { section: record.kind, key, body }
}

/** A blank identifier that only the content decides. */
function blankKey(kind: string, body: string): string {
  return `_:r${hashOf(`${kind}${body}`)}`
}

function renderBody(record: ProvRecord, write: WriteName): string {
  const members: string[] = []
  for (const { name, key, target } of FORMALS[record.kind].formals) {
    const time = record.times[name]
    const arg = record.args[name]
    if (target === 'time' && time !== undefined) members.push(`"${key}":${JSON.stringify(time)}`)
    else if (target !== 'time' && arg !== undefined) members.push(`"${key}":${JSON.stringify(write(arg))}`)
  }
  for (const [key, values] of grouped(record, write)) {
    const rendered = values.map((value) => renderValue(value, write))
    const text = rendered.length === 1 ? rendered[0] : `[${rendered.join(',')}]`
    members.push(`${JSON.stringify(key)}:${text}`)
  }
  return `{${members.join(',')}}`
}

/** The values by written attribute, in the order in which the attributes first appear. */
function grouped(record: ProvRecord, write: WriteName): Map<string, Value[]> {
  const groups = new Map<string, Value[]>()
  for (const [attribute, value] of record.attributes) {
    if (isFormal(record, attribute)) throw taken(record, labelOf(attribute))
    const key = write(attribute)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

function isFormal(record: ProvRecord, attribute: QName): boolean {
  const { formals } = FORMALS[record.kind]
  // Names in other namespaces, by far the most, are told apart without putting an IRI together.
  if (formals.length === 0 || !PROV.startsWith(attribute.namespace.slice(0, PROV.length))) return false
  const iri = iriOf(attribute)
  return formals.some((formal) => PROV + formal.name === iri)
}

function taken(record: ProvRecord, attribute: string): ProvError {
  return new ProvError({
    code: 'unrepresentable',
    where: { path: record.kind },
    expected: 'attributes other than the formal positions',
    found: attribute,
    hint: 'PROV-JSON writes formal positions and attributes under the same keys; rename the attribute',
  })
}
