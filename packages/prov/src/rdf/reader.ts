import type { StatementBuilder } from '../model/builder.ts'
import { DocumentBuilder } from '../model/builder.ts'
import type { ProvDocument } from '../model/document.ts'
import { statement } from '../model/statements.ts'
import { PROV } from '../model/vocabulary.ts'
import { ElementReader } from './elements.ts'
import { defaultGraph, Graphs, type Graph, type Resource } from './graph.ts'
import { Namer } from './namer.ts'
import type { Foreign, RdfFormat } from './options.ts'
import { parseRdf } from './parser.ts'
import { RelationReader } from './relations.ts'
import { rdfType } from './vocabulary.ts'

export interface ReadRdfOptions {
  /** Statements that are not PROV's: `refuse` (default) or `skip`. */
  readonly foreign?: Foreign
}

/**
 * Reads PROV-O in TriG: the default graph is the document, named graphs are its bundles. Direct and qualified
 * relations, and PROV-O's inverses and shorthands (prov:generated, prov:generatedAtTime, prov:wasRevisionOf, ...).
 * Throws ProvError with the line, what was expected and what was found.
 */
export function readTrig(input: string | Uint8Array, options: ReadRdfOptions = {}): ProvDocument {
  return read(input, 'trig', options)
}

/** Reads PROV-O in Turtle, which has no bundles; see `readTrig`. */
export function readTurtle(input: string | Uint8Array, options: ReadRdfOptions = {}): ProvDocument {
  return read(input, 'turtle', options)
}

function read(input: string | Uint8Array, format: RdfFormat, options: ReadRdfOptions): ProvDocument {
  const graphs = new Graphs()
  const namer = new Namer(parseRdf(input, format, (quad, line) => graphs.add(quad, line)))
  const builder = new DocumentBuilder()
  for (const [key, graph] of graphs.byKey) {
    const into =
      key === defaultGraph ? builder : builder.bundle(namer.name(graph.term, graph.line, 'a bundle'))
    const empty = (resource: Resource): boolean => key === defaultGraph && isEmptyBundle(resource, graphs)
    for (const resource of graph.resources.values()) {
      if (empty(resource)) builder.bundle(namer.name(resource.term, resource.line, 'a bundle'))
    }
    fill(into, graph, namer, options.foreign ?? 'refuse', empty)
  }
  const { prefixes: declared, default: unnamed } = namer.namespaces()
  for (const [prefix, iri] of declared) builder.namespace(prefix, iri)
  if (unnamed !== null) builder.defaultNamespace(unnamed)
  return builder.build()
}

function fill(
  into: StatementBuilder,
  graph: Graph,
  namer: Namer,
  foreign: Foreign,
  isBundle: (resource: Resource) => boolean,
): void {
  const relations = new RelationReader(graph, namer).read()
  const elements = new ElementReader(graph, namer, foreign, relations).read(isBundle)
  for (const parts of elements) into.add(statement(parts.kind, parts))
  for (const { kind, parts } of relations) into.add(statement(kind, parts))
}

/** A resource that is said to be a bundle and nothing else, and that has no graph: a bundle without statements. */
function isEmptyBundle({ facts, key }: Resource, { byKey }: Graphs): boolean {
  return (
    facts.every(({ property, object }) => property === rdfType && object.value === `${PROV}Bundle`) &&
    !byKey.has(key)
  )
}
