import type { ProvRecord } from './record.ts'
import type { QName } from './qname.ts'
import type { Statements } from './document.ts'
import { Naming, type PrefixRule } from './naming.ts'

/** Calls `visit` with every name that a record holds: identifier, endpoints, attributes, values and datatypes. */
export function eachName(record: ProvRecord, visit: (name: QName) => void): void {
  if (record.id !== null) visit(record.id)
  for (const arg of Object.values(record.args)) if (arg !== undefined) visit(arg)
  for (const [attribute, value] of record.attributes) {
    visit(attribute)
    if (value.type === 'name') visit(value.name)
    else if (value.type === 'typed') visit(value.datatype)
  }
}

/** How the names of a document or bundle are written in a format with the given rule for prefixes. */
export function namingOf(statements: Statements, allows: PrefixRule, parent: Naming | null = null): Naming {
  const naming = new Naming(statements.namespaces, allows, parent)
  const learn = (name: QName): void => naming.learn(name)
  for (const record of statements.records) eachName(record, learn)
  return naming
}
