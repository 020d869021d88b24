import type { Scope } from '../model/namespaces.ts'
import { iriOf, qname, type QName } from '../model/qname.ts'
import { integerType, name, text, typed, type Value } from '../model/value.ts'
import { PROV, RDF, xsd, XSD } from '../model/vocabulary.ts'
import type { JsonSource } from './source.ts'
import type { JsonNode, JsonObject } from './tree.ts'

const LITERAL = 'a string, a number, a boolean, or an object with "$" and "type" or "lang"'
const NAME_TYPES: ReadonlySet<string> = new Set([`${PROV}QUALIFIED_NAME`, `${XSD}QName`])
const TEXT_TYPES: ReadonlySet<string> = new Set([`${PROV}InternationalizedString`, `${XSD}string`])

/** Reads one value of an attribute (PROV-JSON 2.2). */
export function readValue(source: JsonSource, scope: Scope, node: JsonNode): Value {
  switch (node.kind) {
    case 'string':
      return text(node.value)
    case 'number':
      return readNumber(node.lexeme)
    case 'boolean':
      return typed(String(node.value), xsd('boolean'))
    case 'object':
      return readTyped(source, scope, node)
    case 'array':
    case 'null':
      break
  }
  throw source.refused('bad-literal', node, LITERAL)
}

/** An integer by magnitude, anything else a double; digits are kept. An integer has no -0, so that is a double too. */
function readNumber(lexeme: string): Value {
  const isInteger = /^-?\d+$/.test(lexeme) && lexeme !== '-0'
  return typed(lexeme, isInteger ? integerType(boundedInteger(lexeme)) : xsd('double'))
}

/** Beyond 64 bits only the sign of the difference matters, so hostile digits are not converted. */
function boundedInteger(lexeme: string): bigint {
  return BigInt(lexeme.length > 20 ? lexeme.slice(0, 21) : lexeme)
}

function readTyped(source: JsonSource, scope: Scope, node: JsonObject): Value {
  for (const key of node.members.keys()) {
    if (key !== '$' && key !== 'type' && key !== 'lang') {
      throw source.refused('bad-literal', node, LITERAL, `the key ${JSON.stringify(key)}`)
    }
  }
  const lexical = lexicalOf(source, node)
  const lang = stringAt(source, node, 'lang')
  const type = stringAt(source, node, 'type')
  const datatype = type === null ? null : datatypeOf(source, scope, type, node)
  const iri = datatype === null ? '' : iriOf(datatype)
  if (lang !== null) {
    if (datatype === null || TEXT_TYPES.has(iri)) return text(lexical, lang)
    throw source.refused('bad-literal', node, 'no "lang" beside a "type" that is not a string', type ?? '')
  }
  if (datatype === null) return text(lexical)
  if (NAME_TYPES.has(iri)) return name(source.name(scope, lexical, node.members.get('$') ?? node))
  return TEXT_TYPES.has(iri) ? text(lexical) : typed(lexical, datatype)
}

/** `$` should be a string; numbers and booleans are what older writers put there. */
function lexicalOf(source: JsonSource, node: JsonObject): string {
  const content = node.members.get('$')
  if (content === undefined) throw source.refused('bad-literal', node, '"$" in a typed literal', 'none')
  if (content.kind === 'string') return content.value
  if (content.kind === 'number') return content.lexeme
  if (content.kind === 'boolean') return String(content.value)
  throw source.refused('bad-literal', content, 'a string under "$"')
}

function stringAt(source: JsonSource, node: JsonObject, key: string): string | null {
  const found = node.members.get(key)
  if (found === undefined) return null
  if (found.kind !== 'string') throw source.refused('bad-literal', found, `a string under "${key}"`)
  return found.value
}

/** The submission's schema has datatypes as IRIs and its text has them as names; both occur, and rdf: undeclared does too. */
function datatypeOf(source: JsonSource, scope: Scope, written: string, node: JsonObject): QName {
  if (written === 'rdf:XMLLiteral' && scope.namespaceOf('rdf') === null)
    return qname('rdf', RDF, 'XMLLiteral')
  const whole = /^(https?:\/\/.*[/#])([^/#]+)$/.exec(written)
  if (whole === null || scope.resolve(written) !== null) {
    return source.name(scope, written, node.members.get('type') ?? node)
  }
  const [, namespace = '', local = ''] = whole
  return qname('dt', namespace, local)
}
