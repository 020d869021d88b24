import type { ProvDocument, Statements } from '../model/document.ts'
import { FORMALS } from '../model/formals.ts'
import { Naming } from '../model/naming.ts'
import { eachName } from '../model/names.ts'
import type { QName } from '../model/qname.ts'
import { isElementKind, type Attribute, type ProvRecord } from '../model/record.ts'
import type { Value } from '../model/value.ts'
import { LANGUAGE_WHOLE } from './characters.ts'
import { extensionOf } from './extension.ts'
import { isProvnPrefix, unrepresentable, writeIri, writeName, type OddNames } from './names.ts'

export interface ProvnOptions {
  /** Names that PROV-N cannot write, e.g. with a space: `refuse` (default) throws, `encode` percent-encodes them. */
  readonly oddNames?: OddNames
}

/**
 * A document as PROV-N (W3C recommendation of 30 April 2013), one line a piece. Equal input gives equal bytes.
 * Throws ProvError `unrepresentable` for names, and language tags, that PROV-N has no way to write.
 */
export function* provnPieces(document: ProvDocument, options: ProvnOptions = {}): Generator<string, void> {
  const odd = options.oddNames ?? 'refuse'
  const naming = namesOf(document, null)
  yield 'document\n'
  yield* statements(document, new Writing(naming, odd), '  ')
  for (const bundle of document.bundles) {
    const own = new Writing(namesOf(bundle, naming, bundle.id), odd)
    yield `  bundle ${own.name(bundle.id)}\n`
    yield* statements(bundle, own, '    ')
    yield '  endBundle\n'
  }
  yield 'endDocument\n'
}

/** A whole document as one string; for large documents use `provnPieces`. */
export function writeProvn(document: ProvDocument, options: ProvnOptions = {}): string {
  return [...provnPieces(document, options)].join('')
}

/** A bundle's identifier is written under the bundle's own namespaces (PROV-N 3.8). */
function namesOf(content: Statements, parent: Naming | null, id: QName | null = null): Naming {
  const naming = new Naming(content.namespaces, isProvnPrefix, parent)
  if (id !== null) naming.learn(id)
  for (const record of content.records) {
    const extension = extensionOf(record)
    if (extension !== null) naming.learn(extension)
    eachName(record, (name) => naming.learn(name))
  }
  return naming
}

function* statements(content: Statements, writing: Writing, indent: string): Generator<string> {
  yield* writing.declarations(indent)
  for (const record of content.records) yield `${indent}${writing.record(record)}\n`
}

/** How one document or bundle is written: its names, and what is done with odd ones. */
class Writing {
  readonly #naming: Naming
  readonly #odd: OddNames

  constructor(naming: Naming, odd: OddNames) {
    this.#naming = naming
    this.#odd = odd
  }

  *declarations(indent: string): Generator<string> {
    const declared = this.#naming.declarations()
    const unnamed = declared.get('')
    if (unnamed !== undefined) yield `${indent}default ${writeIri(unnamed, this.#odd)}\n`
    for (const [prefix, iri] of declared) {
      if (prefix !== '') yield `${indent}prefix ${prefix} ${writeIri(iri, this.#odd)}\n`
    }
    if (declared.size > 0) yield '\n'
  }

  name(name: QName): string {
    return writeName(name, this.#naming, this.#odd)
  }

  record(record: ProvRecord): string {
    const extension = extensionOf(record)
    const word = extension === null ? record.kind : this.name(extension)
    const { formals } = FORMALS[record.kind]
    const positions: string[] = []
    const timeless = record.kind === 'activity' && Object.keys(record.times).length === 0
    for (const { name, target } of timeless ? [] : formals) {
      const arg = record.args[name]
      if (target === 'time') positions.push(record.times[name] ?? '-')
      else positions.push(arg === undefined ? '-' : this.name(arg))
    }
    let id = ''
    if (record.id !== null && isElementKind(record.kind)) positions.unshift(this.name(record.id))
    else if (record.id !== null) id = `${this.name(record.id)}; `
    if (record.attributes.length > 0) {
      positions.push(`[${record.attributes.map((attribute) => this.#attribute(attribute)).join(', ')}]`)
    }
    return `${word}(${id}${positions.join(', ')})`
  }

  #attribute([name, value]: Attribute): string {
    return `${this.name(name)}=${this.#value(value)}`
  }

  #value(value: Value): string {
    if (value.type === 'name') return `'${this.name(value.name)}'`
    if (value.type === 'typed') return `${quoted(value.lexical)} %% ${this.name(value.datatype)}`
    if (value.lang === undefined) return quoted(value.text)
    if (!LANGUAGE_WHOLE.test(value.lang)) {
      throw unrepresentable('a language tag', value.lang, 'use a tag such as en or fr-CH')
    }
    return `${quoted(value.text)}@${value.lang}`
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

/** A string literal on one line (STRING_LITERAL2). */
function quoted(content: string): string {
  // oxlint-disable-next-line no-control-regex
  return `"${content.replace(/["\\\n\r\t\u0008\f]/g, (character) => ESCAPES[character] ?? character)}"`
}
