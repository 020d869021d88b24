import type { ProvDocument, Statements } from '../model/document.ts'
import { ProvError } from '../model/error.ts'
import { FORMALS } from '../model/formals.ts'
import { eachName } from '../model/names.ts'
import { iriOf, sameName, type QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { describeRecord } from '../model/statements.ts'
import type { Value } from '../model/value.ts'
import { PROV, prov, XSD } from '../model/vocabulary.ts'
import { LinkedNames } from './names.ts'
import { writtenContext } from './submission.ts'
import { CONTEXT, nameTerms, shapes, specialTerms, type Shape, type SpecialTerm } from './terms.ts'

export interface JsonldOptions {
  /**
   * Where the meaning of the terms stands: at the submission's `address` (default), which a reader loads from the
   * network, or `inline` in the document, which is 5 kB larger and needs none. The submission's schema has addresses only.
   */
  readonly context?: 'address' | 'inline'
}

/**
 * A document as PROV-JSONLD (W3C member submission of 25 August 2024), in pieces of one statement a line: the text
 * is never held whole. Equal input gives equal bytes.
 *
 * What the submission cannot carry: mentionOf (it has no term), names that are no absolute IRIs, and a literal of the
 * type xsd:QName or prov:QUALIFIED_NAME (which is how it writes names): these are refused. A time without zone is
 * written as it is; the submission's schema, which has RFC 3339's date-time, does not pass it. An attribute where
 * the schema has no term for it (prov:role of an attribution) is written by its name with prefix.
 *
 * Throws ProvError `unrepresentable`.
 */
export function* jsonldPieces(document: ProvDocument, options: JsonldOptions = {}): Generator<string, void> {
  const names = namesOf(document)
  const meaning = options.context === 'inline' ? writtenContext() : CONTEXT
  const context = JSON.stringify([Object.fromEntries(names.declarations()), meaning])
  yield `{\n"@context": ${context},\n"@graph": [`
  let first = true
  for (const record of document.records) {
    yield `${first ? '' : ','}\n${statementText(record, names)}`
    first = false
  }
  for (const bundle of document.bundles) {
    yield `${first ? '' : ','}\n`
    yield* bundleText(names.write(bundle.id), bundle, names, options)
    first = false
  }
  yield '\n]\n}\n'
}

/** A whole document as one string; for large documents use `jsonldPieces`. */
export function writeJsonld(document: ProvDocument, options: JsonldOptions = {}): string {
  return [...jsonldPieces(document, options)].join('')
}

/** A bundle's prefixes are its document's: its own context adds nothing. The schema wants one; rdflib takes [] for a reset. */
function* bundleText(
  id: string,
  { records }: Statements,
  names: LinkedNames,
  { context }: JsonldOptions,
): Generator<string> {
  const nothing = context === 'inline' ? '[{}]' : '[]'
  yield `{"@type": "Bundle", "@id": ${JSON.stringify(id)}, "@context": ${nothing}, "@graph": [`
  for (const [index, record] of records.entries()) {
    yield `${index === 0 ? '' : ','}\n${statementText(record, names)}`
  }
  yield '\n]}'
}

function namesOf(document: ProvDocument): LinkedNames {
  const names = new LinkedNames(document.namespaces)
  const learn = (name: QName): void => names.learn(name)
  for (const record of document.records) eachName(record, learn)
  for (const bundle of document.bundles) {
    learn(bundle.id)
    for (const record of bundle.records) eachName(record, learn)
  }
  return names
}

type Member = string | readonly (string | Readonly<Record<string, string>>)[]

function statementText(record: ProvRecord, names: LinkedNames): string {
  const shape = shapes.get(record.kind)
  if (shape === undefined)
    throw unrepresentable('a statement that PROV-JSONLD has a term for', describeRecord(record))
  const members: [string, Member][] = [['@type', shape.type]]
  if (record.id !== null) members.push(['@id', names.write(record.id)])
  for (const { name, target } of FORMALS[record.kind].formals) {
    const arg = record.args[name]
    const time = record.times[name]
    if (target === 'time' && time !== undefined) members.push([name, time])
    else if (arg !== undefined) members.push([name, argMember(record, name, names.write(arg))])
  }
  members.push(...attributeMembers(record, shape, names))
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(', ')}}`
}

/** The members of a collection are a list, also when there is one: ProvToolbox reads nothing else. */
function argMember({ kind }: ProvRecord, position: string, written: string): Member {
  return kind === 'hadMember' && position === 'entity' ? [written] : written
}

function attributeMembers(record: ProvRecord, shape: Shape, names: LinkedNames): [string, Member][] {
  const members = new Map<string, (string | Readonly<Record<string, string>>)[]>()
  for (const [name, value] of record.attributes) {
    const term = termFor(name, value, shape)
    const key = term ?? names.write(name)
    const written = valueMember(value, term !== null && nameTerms.has(term), names)
    const known = members.get(key)
    if (known === undefined) members.set(key, [written])
    else known.push(written)
  }
  return [...members]
}

/** The bare term of an attribute, where the schema has it for this kind of record and this kind of value. */
function termFor(name: QName, value: Value, { terms }: Shape): SpecialTerm | null {
  const term = specialTerms.find((special) => sameName(name, prov(special)))
  if (term === undefined || !terms.has(term)) return null
  return term === 'label' && value.type !== 'text' ? null : term
}

function valueMember(
  value: Value,
  bareNames: boolean,
  names: LinkedNames,
): string | Readonly<Record<string, string>> {
  switch (value.type) {
    case 'name': {
      const written = names.write(value.name)
      return bareNames ? written : { '@value': written, '@type': 'prov:QUALIFIED_NAME' }
    }
    case 'text':
      return value.lang === undefined
        ? { '@value': value.text }
        : { '@value': value.text, '@language': value.lang }
    case 'typed': {
      const datatype = iriOf(value.datatype)
      if (datatype === `${PROV}QUALIFIED_NAME` || datatype === `${XSD}QName`) {
        throw unrepresentable(
          'a qualified name as a value of its own',
          `"${value.lexical}" of type <${datatype}>`,
        )
      }
      return { '@value': value.lexical, '@type': names.write(value.datatype) }
    }
  }
}

function unrepresentable(expected: string, found: string): ProvError {
  const hint = 'PROV-JSON and PROV-N can carry it'
  return new ProvError({ code: 'unrepresentable', where: {}, expected, found, hint })
}
