import type { QName } from '../model/qname.ts'
import type { Attribute, ProvRecord } from '../model/record.ts'
import type { Value } from '../model/value.ts'

export type Rename = (name: QName) => QName

/** The same record with every name in it written as `rename` says. */
export function renamed(record: ProvRecord, rename: Rename): ProvRecord {
  const args: Record<string, QName> = {}
  for (const [position, name] of Object.entries(record.args))
    if (name !== undefined) args[position] = rename(name)
  return {
    kind: record.kind,
    id: record.id === null ? null : rename(record.id),
    args,
    times: record.times,
    attributes: record.attributes.map(([name, value]): Attribute => [
      rename(name),
      renamedValue(value, rename),
    ]),
  }
}

function renamedValue(value: Value, rename: Rename): Value {
  switch (value.type) {
    case 'name':
      return { type: 'name', name: rename(value.name) }
    case 'typed':
      return { type: 'typed', lexical: value.lexical, datatype: rename(value.datatype) }
    case 'text':
      return value
  }
}
