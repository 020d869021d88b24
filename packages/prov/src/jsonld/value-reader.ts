import type { StatementBuilder } from '../model/builder.ts'
import { excerpt } from '../model/error.ts'
import { iriOf } from '../model/qname.ts'
import { name, text, typed, type Value } from '../model/value.ts'
import { PROV, XSD, xsd } from '../model/vocabulary.ts'
import type { JsonSource } from '../json/source.ts'
import type { JsonNode, JsonObject } from '../json/tree.ts'
import { readName } from './context.ts'

const VALUE = 'a string, or an object with "@value" and "@type" or "@language"'
const nameTypes: ReadonlySet<string> = new Set([`${PROV}QUALIFIED_NAME`, `${XSD}QName`])

/** Reads the values of one attribute; one value may stand without its array. With `names`, strings are names. */
export function readValues(
  source: JsonSource,
  into: StatementBuilder,
  node: JsonNode,
  names: boolean,
): Value[] {
  const items = node.kind === 'array' ? node.items : [node]
  return items.map((item) => readValue(source, into, item, names))
}

function readValue(source: JsonSource, into: StatementBuilder, node: JsonNode, names: boolean): Value {
  switch (node.kind) {
    case 'string':
      return names ? name(readName(source, into, node.value, node)) : text(node.value)
    case 'number':
      // JSON-LD's native numbers (JSON-LD 1.1 API, 8.6); the digits are kept.
      return typed(
        node.lexeme,
        xsd(/^-?\d+$/.test(node.lexeme) && node.lexeme !== '-0' ? 'integer' : 'double'),
      )
    case 'boolean':
      return typed(String(node.value), xsd('boolean'))
    case 'object':
      return readObject(source, into, node)
    case 'array':
    case 'null':
      break
  }
  throw source.refused('bad-literal', node, VALUE)
}

function readObject(source: JsonSource, into: StatementBuilder, node: JsonObject): Value {
  const { members } = node
  for (const key of members.keys()) {
    if (!['@value', '@type', '@language', '@id'].includes(key)) {
      throw source.refused('bad-literal', node, VALUE, `the key ${excerpt(key)}`)
    }
  }
  const id = members.get('@id')
  if (id !== undefined) {
    if (members.size > 1) throw source.refused('bad-literal', node, 'nothing beside "@id"')
    return name(readName(source, into, string(source, id, 'a name as a string'), id))
  }
  const content = members.get('@value')
  if (content === undefined) throw source.refused('bad-literal', node, '"@value"', 'none')
  const language = members.get('@language')
  const type = members.get('@type')
  if (language !== undefined) {
    if (type !== undefined)
      throw source.refused('bad-literal', node, 'one of "@type" and "@language"', 'both')
    return text(string(source, content, 'text'), string(source, language, 'a language tag'))
  }
  if (type === undefined) {
    return content.kind === 'string'
      ? text(content.value)
      : readValue(source, into, scalar(source, content), false)
  }
  const datatype = readName(source, into, string(source, type, 'a datatype as a string'), type)
  if (nameTypes.has(iriOf(datatype)))
    return name(readName(source, into, string(source, content, 'a name'), content))
  return typed(lexicalOf(source, content), datatype)
}

function scalar(source: JsonSource, node: JsonNode): JsonNode {
  if (node.kind === 'number' || node.kind === 'boolean') return node
  throw source.refused('bad-literal', node, 'a string under "@value"')
}

function lexicalOf(source: JsonSource, node: JsonNode): string {
  if (node.kind === 'number') return node.lexeme
  return node.kind === 'boolean' ? String(node.value) : string(source, node, 'a string under "@value"')
}

/** The content of a string. Throws ProvError `shape` with the path. */
export function string(source: JsonSource, node: JsonNode, expected: string): string {
  if (node.kind === 'string') return node.value
  throw source.refused('shape', node, expected)
}
