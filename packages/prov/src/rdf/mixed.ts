import { valueKey } from '../model/canonical.ts'
import type { ProvDocument, Statements } from '../model/document.ts'
import { excerpt } from '../model/error.ts'
import { FORMALS } from '../model/formals.ts'
import { iriOf, labelOf, type QName } from '../model/qname.ts'
import { isElementKind, type ProvRecord } from '../model/record.ts'
import { timeKey } from '../model/time.ts'
import type { Value } from '../model/value.ts'
import { PROV } from '../model/vocabulary.ts'
import { inWords, listed, NOUNS, plural, withArticle } from '../validate/wording.ts'

/** Several records of one identifier that PROV-O, which has one resource of that name, cannot tell apart any more. */
export interface Mixed {
  readonly id: QName
  /** The bundle in which they are, null for the document's own statements. */
  readonly bundle: QName | null
  /** In what they differ: `kind`, a position or time by its name in `FORMALS`, or an attribute as `ex:colour`. */
  readonly about: string
  /** What they say there, at least two. */
  readonly values: readonly string[]
  /** Why that is lost, in words. */
  readonly why: string
  /** All records of that identifier, as they were given. */
  readonly records: readonly ProvRecord[]
}

/**
 * What Turtle and TriG mix: records under one identifier that contradict each other in a time, a position or an attribute,
 * or are of two kinds of which one has attributes. Written, the resource says all of it, and nobody can tell which
 * record said what; what adds up (two types of one entity) is not told. Linear in the records.
 */
export function mixedRecords(document: ProvDocument): Mixed[] {
  const found = mixedIn(document, null)
  for (const bundle of document.bundles) found.push(...mixedIn(bundle, bundle.id))
  return found
}

function mixedIn({ records }: Statements, bundle: QName | null): Mixed[] {
  const first = new Map<string, ProvRecord>()
  const several = new Map<string, ProvRecord[]>()
  for (const record of records) {
    if (record.id === null) continue
    const iri = iriOf(record.id)
    const one = first.get(iri)
    if (one === undefined) first.set(iri, record)
    else {
      const group = several.get(iri)
      if (group === undefined) several.set(iri, [one, record])
      else group.push(record)
    }
  }
  return Array.from(several.values()).flatMap((group) => mixedOf(group, bundle))
}

function mixedOf(records: readonly ProvRecord[], bundle: QName | null): Mixed[] {
  const id = records[0]!.id!
  const found: Mixed[] = []
  const tell = (about: string, values: readonly string[], what: string): void => {
    const why = `${labelOf(id)} ${what}: ${listed(shown(values))}. In PROV-O it is one resource that says all of it, and which record said what is lost.`
    found.push({ id, bundle, about, values, why, records })
  }
  const kinds = [...new Set(records.map(({ kind }) => kind))]
  if (kinds.length > 1 && !areElementsAlone(records)) {
    const nouns = kinds.map((kind) => withArticle(NOUNS[kind]))
    tell('kind', nouns, 'names things of several kinds')
  }
  for (const kind of kinds) {
    const group = records.filter((record) => record.kind === kind)
    if (group.length < 2) continue
    for (const { name, target } of FORMALS[kind].formals) {
      const said = target === 'time' ? timesOf(group, name) : namesOf(group, name)
      if (said.size > 1) tell(name, [...said.values()], `has several ${plural(inWords(name))}`)
    }
    for (const [attribute, values] of contradicting(group))
      tell(attribute, values, `has ${attribute} differently in ${group.length} records`)
  }
  return found
}

/** An entity that is an agent too is fully said by two types, as long as there are no attributes to belong to one. */
function areElementsAlone(records: readonly ProvRecord[]): boolean {
  return records.every(
    ({ kind, attributes }) => isElementKind(kind) && attributes.every(([name]) => isType(name)),
  )
}

/** A type is a class of the resource, whichever record says so: types add up. */
function isType(name: QName): boolean {
  return iriOf(name) === `${PROV}type`
}

function timesOf(group: readonly ProvRecord[], position: string): Map<string, string> {
  const said = new Map<string, string>()
  for (const { times } of group) {
    const time = times[position]
    if (time !== undefined && !said.has(timeKey(time))) said.set(timeKey(time), time)
  }
  return said
}

function namesOf(group: readonly ProvRecord[], position: string): Map<string, string> {
  const said = new Map<string, string>()
  for (const { args } of group) {
    const name = args[position]
    if (name !== undefined && !said.has(iriOf(name))) said.set(iriOf(name), labelOf(name))
  }
  return said
}

/** The attributes that two records have with other values, and all of these. */
function contradicting(group: readonly ProvRecord[]): [string, string[]][] {
  const attributes = new Map<
    string,
    { readonly name: QName; readonly sets: Map<string, Map<string, string>> }
  >()
  for (const record of group) {
    const own = new Map<string, Map<string, string>>()
    for (const [name, value] of record.attributes) {
      if (isType(name)) continue
      const iri = iriOf(name)
      const values = own.get(iri) ?? new Map<string, string>()
      own.set(iri, values.set(valueKey(value), valueText(value)))
      if (!attributes.has(iri)) attributes.set(iri, { name, sets: new Map() })
    }
    for (const [iri, values] of own)
      attributes.get(iri)?.sets.set(JSON.stringify([...values.keys()].sort()), values)
  }
  const found: [string, string[]][] = []
  for (const { name, sets } of attributes.values()) {
    if (sets.size < 2) continue
    const all = new Map(Array.from(sets.values()).flatMap((values) => [...values]))
    found.push([labelOf(name), [...all.values()]])
  }
  return found
}

/** So many values are named in words. */
const SHOWN_MAX = 6

function shown(values: readonly string[]): string[] {
  const named = values.slice(0, SHOWN_MAX)
  return values.length > SHOWN_MAX ? [...named, `${values.length - SHOWN_MAX} more`] : named
}

function valueText(value: Value): string {
  if (value.type === 'name') return labelOf(value.name)
  return excerpt(value.type === 'text' ? value.text : value.lexical)
}

/** One of them in a line for people. */
export function describeMixed({ bundle, why }: Mixed): string {
  return bundle === null ? why : `In bundle ${labelOf(bundle)}: ${why}`
}
