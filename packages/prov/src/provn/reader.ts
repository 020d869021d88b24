import { textOf } from '../io/decode.ts'
import { DocumentBuilder, type StatementBuilder } from '../model/builder.ts'
import type { ProvDocument } from '../model/document.ts'
import { PROV } from '../model/vocabulary.ts'
import { Scanner } from './scanner.ts'
import { ExpressionReader, resolve } from './expression.ts'

/**
 * Reads a PROV-N document (W3C recommendation of 30 April 2013; mentionOf of PROV-LINKS, identified relations of
 * ProvToolbox's extension). More lenient than the grammar where the meaning is clear: trailing markers may be left out
 * of any expression, and `-` may stand for any position, which the validator then reports where it is mandatory.
 * Throws ProvError with line and column.
 */
export function readProvn(input: string | Uint8Array): ProvDocument {
  const scanner = new Scanner(textOf(input))
  const builder = new DocumentBuilder()
  scanner.needWord('document')
  for (const [prefix, iri] of declarations(scanner)) declare(builder, prefix, iri)
  for (;;) {
    readStatements(scanner, builder)
    if (!scanner.takeWord('bundle')) break
    readBundle(scanner, builder)
  }
  if (!scanner.takeWord('endDocument')) throw scanner.unexpected('a statement, "bundle" or "endDocument"')
  if (!scanner.atEnd()) throw scanner.unexpected('nothing after "endDocument"')
  return builder.build()
}

/** Its identifier is read with the prefixes that are declared after it, then with the document's (PROV-N 3.8). */
function readBundle(scanner: Scanner, builder: DocumentBuilder): void {
  const written = scanner.name()
  if (written === null) throw scanner.unexpected('the name of the bundle')
  const declared = declarations(scanner)
  const bundle = builder.bundle(resolve(scanner, builder.scope.within(declared), written))
  for (const [prefix, iri] of declared) declare(bundle, prefix, iri)
  readStatements(scanner, bundle)
  if (!scanner.takeWord('endBundle')) throw scanner.unexpected('a statement or "endBundle"')
}

function declare(builder: StatementBuilder, prefix: string, iri: string): void {
  if (prefix === '') builder.defaultNamespace(iri)
  else builder.namespace(prefix, iri)
}

/** `default <...>` as the prefix '', and `prefix p <...>` (PROV-N 3.7.2). */
function declarations(scanner: Scanner): Map<string, string> {
  const declared = new Map<string, string>()
  for (;;) {
    const at = scanner.here()
    let prefix = ''
    if (scanner.takeWord('prefix')) prefix = scanner.prefix()
    else if (!scanner.takeWord('default')) return declared
    const iri = scanner.iri()
    if (declared.has(prefix) && declared.get(prefix) !== iri) {
      throw scanner.refused('duplicate', at, `one meaning of ${prefix === '' ? 'default' : prefix}`, 'two')
    }
    if (prefix === 'prov' && iri !== PROV) throw scanner.refused('shape', at, `prov to stay ${PROV}`, iri)
    declared.set(prefix, iri)
  }
}

function readStatements(scanner: Scanner, builder: StatementBuilder): void {
  const reader = new ExpressionReader(scanner, builder.scope)
  for (let record = reader.next(); record !== null; record = reader.next()) builder.add(record)
}
