import type { ProvDocument, Statements } from '../model/document.ts'
import { FORMALS } from '../model/formals.ts'
import { Naming } from '../model/naming.ts'
import { eachName } from '../model/names.ts'
import { iriOf, labelOf, type QName } from '../model/qname.ts'
import type { Attribute, ProvRecord } from '../model/record.ts'
import { PROV, XSD } from '../model/vocabulary.ts'
import { escapeText, fits, fitted, quoteAttribute } from './escape.ts'
import { checkReference, elementForm, isXmlPrefix, unrepresentable } from './ncname.ts'
import { XSI } from './vocabulary.ts'

/** The order of the schema: attributes of PROV by name, then everything else. */
const ORDER: readonly string[] = ['label', 'location', 'role', 'type', 'value'].map((local) => PROV + local)

export interface XmlOptions {
  /** Hears, after the last piece, how many values hold control characters, which XML has no place for; see `fitted`. */
  readonly replaced?: (values: number) => void
}

/**
 * A document as PROV-XML (W3C note of 30 April 2013), one record a piece. Equal input gives equal bytes. Control
 * characters in values are written as their pictures (U+0001 as U+2401), which `replaced` hears.
 * Throws ProvError `unrepresentable` for names with control characters or blanks, attributes that no element can be
 * named after, and attributes that would be read as a formal position.
 */
export function* xmlPieces(document: ProvDocument, options: XmlOptions = {}): Generator<string, void> {
  const tally = { replaced: 0 }
  const naming = namesOf(document, null)
  for (const bundle of document.bundles) naming.learn(bundle.id)
  yield '<?xml version="1.0" encoding="UTF-8"?>\n'
  yield `<prov:document xmlns:prov="${PROV}" xmlns:xsd="${XSD.slice(0, -1)}" xmlns:xsi="${XSI}"${declared(naming)}>\n`
  for (const record of document.records) yield new Writing(naming, '  ', tally).record(record)
  for (const bundle of document.bundles) {
    const own = namesOf(bundle, naming)
    const id = quoteAttribute(own.write(bundle.id))
    yield `  <prov:bundleContent${declared(own)} prov:id=${id}>\n`
    for (const record of bundle.records) yield new Writing(own, '    ', tally).record(record)
    yield '  </prov:bundleContent>\n'
  }
  yield '</prov:document>\n'
  if (tally.replaced > 0) options.replaced?.(tally.replaced)
}

/** A whole document as one string; for large documents use `xmlPieces`. */
export function writeXml(document: ProvDocument, options: XmlOptions = {}): string {
  return [...xmlPieces(document, options)].join('')
}

function namesOf(content: Statements, parent: Naming | null): Naming {
  const naming = new Naming(content.namespaces, isXmlPrefix, parent)
  for (const record of content.records) {
    eachName(record, (name) => naming.learn(name))
    for (const [attribute] of record.attributes) naming.learn(elementForm(attribute))
  }
  return naming
}

function declared(naming: Naming): string {
  let text = ''
  for (const [prefix, iri] of naming.declarations()) {
    if (prefix === 'prov' || prefix === 'xsd') continue
    text += ` xmlns${prefix === '' ? '' : `:${prefix}`}=${quoteAttribute(iri)}`
  }
  return text
}

/** Writes the records of one document or bundle. */
class Writing {
  readonly #naming: Naming
  readonly #indent: string
  readonly #tally: { replaced: number }

  constructor(naming: Naming, indent: string, tally: { replaced: number }) {
    this.#naming = naming
    this.#indent = indent
    this.#tally = tally
  }

  record(record: ProvRecord): string {
    const tag = `prov:${record.kind}`
    const id = record.id === null ? '' : ` prov:id=${this.#reference(record.id)}`
    const lines = [...this.#formals(record), ...this.#attributes(record)]
    if (lines.length === 0) return `${this.#indent}<${tag}${id}/>\n`
    const inside = lines.map((line) => `${this.#indent}  ${line}\n`).join('')
    return `${this.#indent}<${tag}${id}>\n${inside}${this.#indent}</${tag}>\n`
  }

  #formals({ kind, args, times }: ProvRecord): string[] {
    const lines: string[] = []
    for (const { name, key } of FORMALS[kind].formals) {
      const arg = args[name]
      const time = times[name]
      if (arg !== undefined) lines.push(`<${key} prov:ref=${this.#reference(arg)}/>`)
      else if (time !== undefined) lines.push(`<${key}>${escapeText(time)}</${key}>`)
    }
    return lines
  }

  #attributes({ kind, attributes }: ProvRecord): string[] {
    const { formals } = FORMALS[kind]
    const rank = ([attribute]: Attribute): number => {
      const iri = iriOf(attribute)
      if (formals.some(({ name }) => PROV + name === iri)) {
        const expected = 'attributes other than the formal positions'
        throw unrepresentable(
          expected,
          labelOf(attribute),
          'PROV-XML writes both as elements; rename the attribute',
        )
      }
      const known = ORDER.indexOf(iri)
      return known < 0 ? ORDER.length : known
    }
    const ranked = attributes.map((attribute) => ({ attribute, rank: rank(attribute) }))
    return ranked.toSorted((a, b) => a.rank - b.rank).map(({ attribute }) => this.#attribute(attribute))
  }

  #attribute([attribute, value]: Attribute): string {
    const tag = this.#naming.write(elementForm(attribute))
    if (value.type === 'name') {
      checkReference(value.name)
      return `<${tag} xsi:type="xsd:QName">${escapeText(this.#naming.write(value.name))}</${tag}>`
    }
    if (value.type === 'text') {
      const { lang } = value
      // The schema gives attributes of PROV other than the label no language, unless their type says that they have one.
      const bare = attribute.namespace !== PROV || attribute.local === 'label'
      const tagged = bare ? '' : ' xsi:type="prov:InternationalizedString"'
      const how = lang === undefined ? '' : `${tagged} xml:lang=${quoteAttribute(lang)}`
      return `<${tag}${how}>${this.#content(value.text)}</${tag}>`
    }
    return `<${tag} xsi:type=${this.#reference(value.datatype)}>${this.#content(value.lexical)}</${tag}>`
  }

  #content(content: string): string {
    if (fits(content)) return escapeText(content)
    this.#tally.replaced += 1
    return escapeText(fitted(content))
  }

  #reference(name: QName): string {
    checkReference(name)
    return quoteAttribute(this.#naming.write(name))
  }
}
