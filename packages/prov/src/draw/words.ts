import { labelOf, sameName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import type { Value } from '../model/value.ts'
import { prov } from '../model/vocabulary.ts'
import { clean } from './text.ts'

/** A value as people read it: without quotes, datatype and language. */
export function writtenValue(value: Value): string {
  switch (value.type) {
    case 'name':
      return labelOf(value.name)
    case 'text':
      return value.text
    case 'typed':
      return value.lexical
  }
}

/** The first prov:label that can be read, or null. */
export function titleOf(records: readonly ProvRecord[]): string | null {
  for (const record of records) {
    for (const [name, value] of record.attributes) {
      if (!sameName(name, prov('label'))) continue
      const label = clean(writtenValue(value))
      if (label !== '') return label
    }
  }
  return null
}

/** What it is said to be, sorted, each once. */
export function typesOf(records: readonly ProvRecord[]): string[] {
  const types = new Set<string>()
  for (const record of records) {
    for (const [name, value] of record.attributes) {
      if (sameName(name, prov('type'))) types.add(clean(writtenValue(value), 80))
    }
  }
  return [...types].sort()
}
