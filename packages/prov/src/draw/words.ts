import { sameName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { writtenValue } from '../model/value.ts'
import { prov } from '../model/vocabulary.ts'
import { clean } from './text.ts'

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
