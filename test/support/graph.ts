import fs from 'node:fs'
import path from 'node:path'
import { readJson, validate, iriOf } from '@provloom/prov'
import type { ProvDocument, ProvRecord, Value } from '@provloom/prov'

/** The only run directory of a save directory. */
export function onlyRun(saveDir: string): string {
  const runs = fs.readdirSync(saveDir).filter((name) => !name.startsWith('.'))
  if (runs.length !== 1) throw new Error(`one run was expected in ${saveDir}, there are: ${runs.join(', ')}`)
  return path.join(saveDir, runs[0]!)
}

/** A run's document as a test asks about it: by type and attribute, as a reader would who never saw our code. */
export class Graph {
  readonly document: ProvDocument

  constructor(runDir: string) {
    this.document = readJson(fs.readFileSync(path.join(runDir, 'prov.json')))
  }

  violations(): string[] {
    return validate(this.document).map((violation) => violation.why)
  }

  /** Elements that have `prov:type` with this local name, such as `RankExecution`. */
  ofType(type: string): ProvRecord[] {
    return this.document.records.filter((record) => this.values(record, 'type').includes(type))
  }

  relations(kind: ProvRecord['kind']): ProvRecord[] {
    return this.document.records.filter((record) => record.kind === kind)
  }

  /** Values of attributes with this local name, as text; of a name, its local part. */
  values(record: ProvRecord, attribute: string): string[] {
    return record.attributes.filter(([name]) => name.local === attribute).map(([, value]) => textOf(value))
  }

  value(record: ProvRecord, attribute: string): string | undefined {
    return this.values(record, attribute)[0]
  }

  /** The attribute of each element that has it, sorted. */
  each(records: readonly ProvRecord[], attribute: string): string[] {
    return records.flatMap((record) => this.values(record, attribute)).sort()
  }

  labelled(label: string): ProvRecord[] {
    return this.document.records.filter((record) => this.values(record, 'label').includes(label))
  }

  /** `kind from -> to` by labels, for every relation. */
  ends(record: ProvRecord): string[] {
    return Object.values(record.args).flatMap((name) => (name === undefined ? [] : [iriOf(name)]))
  }
}

function textOf(value: Value): string {
  switch (value.type) {
    case 'text':
      return value.text
    case 'name':
      return value.name.local
    case 'typed':
      return value.lexical
  }
}
