/** One section of a document, e.g. all of `used`: keys with the bodies under them, in the order to be written. */
export interface RenderedSection {
  readonly section: string
  readonly entries: Iterable<readonly [key: string, bodies: readonly string[]]>
}

/** What a document or a bundle is assembled from. */
export interface RenderedStatements {
  /** Prefix to IRI; '' is the default namespace. */
  readonly prefixes: ReadonlyMap<string, string>
  readonly sections: Iterable<RenderedSection>
}

export interface RenderedDocument extends RenderedStatements {
  readonly bundles?: Iterable<readonly [key: string, statements: RenderedStatements]>
}

/**
 * A PROV-JSON document from rendered records, one record a line, as pieces of text that are never joined here.
 * Sections without entries are left out.
 */
export function* assembleJson(document: RenderedDocument): Generator<string, void> {
  yield '{'
  yield* members(allMembers(document), '  ')
  yield '}\n'
}

/** A member's key, and its value as pieces. */
type Member = readonly [key: string, value: Iterable<string>]

function* allMembers(document: RenderedDocument): Generator<Member> {
  yield* statementMembers(document, '  ')
  const bundles = document.bundles ?? []
  yield ['bundle', block(bundleMembers(bundles), '  ')]
}

function* statementMembers({ prefixes, sections }: RenderedStatements, indent: string): Generator<Member> {
  yield ['prefix', block(prefixMembers(prefixes), indent)]
  for (const { section, entries } of sections) yield [section, block(entryMembers(entries), indent)]
}

function* prefixMembers(prefixes: ReadonlyMap<string, string>): Generator<Member> {
  for (const [prefix, iri] of prefixes) yield [prefix === '' ? 'default' : prefix, [JSON.stringify(iri)]]
}

function* entryMembers(entries: RenderedSection['entries']): Generator<Member> {
  for (const [key, bodies] of entries) {
    yield [key, bodies.length === 1 ? bodies : [`[${bodies.join(',')}]`]]
  }
}

function* bundleMembers(bundles: NonNullable<RenderedDocument['bundles']>): Generator<Member> {
  for (const [key, statements] of bundles) {
    yield [key, solid(block(statementMembers(statements, '      '), '    '))]
  }
}

/** A bundle is written even when there is nothing in it; a section is not. */
function* solid(pieces: Iterable<string>): Generator<string> {
  let empty = true
  for (const piece of pieces) {
    empty = false
    yield piece
  }
  if (empty) yield '{}'
}

/** An object with its members on lines of their own; no pieces at all when there are none. */
function* block(inside: Iterable<Member>, indent: string): Generator<string> {
  let opened = false
  for (const piece of members(inside, `${indent}  `)) {
    if (!opened) yield '{'
    opened = true
    yield piece
  }
  if (opened) yield `${indent}}`
}

function* members(inside: Iterable<Member>, indent: string): Generator<string> {
  let written = false
  for (const [key, value] of inside) {
    let head = `${written ? ',' : ''}\n${indent}${JSON.stringify(key)}: `
    for (const piece of value) {
      yield head + piece
      head = ''
      written = true
    }
  }
  if (written) yield '\n'
}
