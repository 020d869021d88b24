import { DataFactory, Writer, type Quad_Graph } from 'n3'
import type { ProvDocument } from '../model/document.ts'
import { FORMALS } from '../model/formals.ts'
import { namingOf, eachName } from '../model/names.ts'
import type { Naming } from '../model/naming.ts'
import { iriOf } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { PROV, XSD } from '../model/vocabulary.ts'
import { isProvnPrefix } from '../provn/names.ts'
import { mixedRecords, type Mixed } from './mixed.ts'
import type { OddIris } from './options.ts'
import { subjectOf, subjectPairs } from './subject.ts'
import { encoded, isAbsolute, Terms, unrepresentable } from './terms.ts'
import { PROVEXT, RDFS, rdfType } from './vocabulary.ts'

export interface RdfOptions {
  /** Names that are no IRIs, e.g. with a space: `refuse` (default) throws, `encode` percent-encodes them. */
  readonly oddIris?: OddIris
  /**
   * Whether the triple that a qualified relation implies is written too (default true), so that a query need not
   * look for both. Some readers, Python's prov among them, take the triple for a second statement.
   */
  readonly implied?: boolean
  /** Hears of records of one identifier that the text does not tell apart, where there are any; see `mixedRecords`. */
  readonly mixed?: (found: readonly Mixed[]) => void
}

/**
 * A document as PROV-O in TriG (bundles are named graphs), in pieces of about one subject: the text is never held
 * whole. A relation is one triple, and a qualified node besides (PROV-O 3.3) where there is more to say. Equal input
 * gives equal bytes.
 *
 * What PROV-O cannot carry, and what becomes of it:
 * - Two statements of one identifier are one resource. Elements are read back as one with the attributes of both;
 *   relations with their positions apart and the attributes of both on each. The same for one IRI that is said to be
 *   both an entity and an agent: its attributes are read as those of the kind said first. Where that mixes what differs,
 *   `mixed` hears of it.
 * - specializationOf, alternateOf and hadMember have no qualified form (PROV-O 3.3); an identifier or attributes on
 *   them are kept by the extension of the PROV-JSONLD submission (provext). A mentionOf with these is refused, and so
 *   is a second one of one entity, since prov:asInBundle does not say which it belongs to (PROV-LINKS 4).
 * - prov:type is rdf:type, but for words and for the classes that tell records apart (prov:Agent on an entity): these
 *   are kept under prov:type, which is no property of PROV-O. rdfs:label and rdf:type as attributes of one's own are
 *   read back as prov:label and prov:type.
 * - Names are IRIs: one with a space, say, is refused or encoded (`oddIris`). Language tags lose their case.
 * - An empty bundle is only said to be a prov:Bundle, as RDF has no empty graphs; refused when it is an entity too.
 *
 * Literals keep their lexical forms: 2^53 + 1, -0, NaN and infinities survive. Throws ProvError `unrepresentable`.
 */
export function* trigPieces(document: ProvDocument, options: RdfOptions = {}): Generator<string, void> {
  const mixed = options.mixed === undefined ? [] : mixedRecords(document)
  if (mixed.length > 0) options.mixed?.(mixed)
  const terms = new Terms(options.oddIris ?? 'refuse')
  const pieces: string[] = []
  const writer = new Writer(
    {
      write: (chunk: string, _encoding: string, done?: () => void) => {
        pieces.push(chunk)
        done?.()
      },
      end: (done?: () => void) => done?.(),
    },
    { prefixes: prefixesOf(document) },
  )
  for (const _ of write(document, terms, writer, options.implied ?? true)) yield pieces.splice(0).join('')
  writer.end()
  yield pieces.splice(0).join('')
}

/** The same as Turtle, which has no named graphs: throws ProvError `unrepresentable` for a document with bundles. */
export function turtlePieces(document: ProvDocument, options: RdfOptions = {}): Generator<string, void> {
  const [bundle] = document.bundles
  if (bundle !== undefined) {
    throw unrepresentable('a document without bundles', `bundle ${iriOf(bundle.id)}`, 'write it as TriG')
  }
  return trigPieces(document, options)
}

/** A whole document as one string; for large documents use `trigPieces`. */
export function writeTrig(document: ProvDocument, options: RdfOptions = {}): string {
  return [...trigPieces(document, options)].join('')
}

/** A whole document as one string; for large documents use `turtlePieces`. */
export function writeTurtle(document: ProvDocument, options: RdfOptions = {}): string {
  return [...turtlePieces(document, options)].join('')
}

function* write(document: ProvDocument, terms: Terms, writer: Writer, implied: boolean): Generator<void> {
  yield* graph(document.records, terms, writer, DataFactory.defaultGraph(), implied)
  // RDF has no empty graphs; a bundle without statements is one that is only said to be a bundle.
  for (const bundle of document.bundles) {
    if (bundle.records.length > 0) continue
    const entity = document.records.some(
      (record) => record.id !== null && iriOf(record.id) === iriOf(bundle.id),
    )
    if (entity)
      throw unrepresentable(
        'a bundle with statements',
        `empty bundle ${iriOf(bundle.id)}`,
        'RDF has no empty graphs',
      )
    writer.addQuad(terms.name(bundle.id), terms.node(rdfType), terms.node(`${PROV}Bundle`))
  }
  for (const bundle of document.bundles)
    yield* graph(bundle.records, terms, writer, terms.name(bundle.id), implied)
}

function* graph(
  records: readonly ProvRecord[],
  terms: Terms,
  writer: Writer,
  graphName: Quad_Graph,
  implied: boolean,
): Generator<void> {
  const bySubject = new Map<string, ProvRecord[]>()
  const unlinked: ProvRecord[] = []
  for (const record of records) {
    const name = subjectOf(record)
    if (name === null) {
      unlinked.push(record)
      continue
    }
    const subject = iriOf(name)
    const known = bySubject.get(subject)
    if (known === undefined) bySubject.set(subject, [record])
    else known.push(record)
  }
  for (const [iri, about] of bySubject) {
    const subject = terms.node(iri)
    const { pairs, blanks, nodes } = subjectPairs(about, terms, implied)
    for (const { predicate, object } of pairs) writer.addQuad(subject, predicate, object, graphName)
    for (const blank of blanks) {
      writer.addQuad(subject, blank.predicate, writer.blank([...blank.pairs]), graphName)
    }
    for (const node of nodes) {
      for (const { predicate, object } of node.pairs) writer.addQuad(node.name, predicate, object, graphName)
    }
    yield
  }
  // A relation whose subject is not said is a qualified node that nothing leads to.
  for (const [index, record] of unlinked.entries()) {
    const { blanks, nodes } = subjectPairs([record], terms, implied)
    for (const { name, pairs } of [
      ...nodes,
      ...blanks.map(({ pairs }) => ({ name: DataFactory.blankNode(`r${index}`), pairs })),
    ]) {
      for (const { predicate, object } of pairs) writer.addQuad(name, predicate, object, graphName)
    }
    yield
  }
}

/** Prefixes that are safe: known to Turtle, and not the scheme of an IRI, which would read as a prefixed name. */
function prefixesOf(document: ProvDocument): Record<string, string> {
  const naming: Naming = namingOf(document, isProvnPrefix)
  const schemes = new Set(['http', 'https', 'urn'])
  let extended = false
  const note = (record: ProvRecord): void => {
    const { identified } = FORMALS[record.kind]
    if (!identified && (record.id !== null || record.attributes.length > 0)) extended = true
    eachName(record, (name) => {
      naming.learn(name)
      const scheme = /^([^:/?#]*):/.exec(iriOf(name))
      if (scheme?.[1] !== undefined) schemes.add(scheme[1])
    })
  }
  document.records.forEach(note)
  for (const bundle of document.bundles) {
    naming.learn(bundle.id)
    bundle.records.forEach(note)
  }
  const own = [...naming.declarations()].filter(([, iri]) => iri !== PROV && iri !== XSD)
  const all = [
    ['prov', PROV],
    ['xsd', XSD],
    ...own,
    ['rdfs', RDFS],
    ...(extended ? [['provext', PROVEXT] as const] : []),
  ] as const
  const prefixes = new Map<string, string>()
  const namespaces = new Set<string>()
  for (const [prefix, iri] of all) {
    const safe = !schemes.has(prefix) && isAbsolute(iri) && encoded(iri) === iri
    if (!safe || prefixes.has(prefix) || namespaces.has(iri)) continue
    prefixes.set(prefix, iri)
    namespaces.add(iri)
  }
  return Object.fromEntries(prefixes)
}
