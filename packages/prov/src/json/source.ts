import { textOf } from '../io/decode.ts'
import { positionAt } from '../io/position.ts'
import { excerpt, ProvError, type ProvErrorCode } from '../model/error.ts'
import type { Scope } from '../model/namespaces.ts'
import type { QName } from '../model/qname.ts'
import { parseJson } from './parser.ts'
import { describeNode, pathOf, type JsonNode, type JsonObject } from './tree.ts'

/** A parsed text that can say where each of its nodes stands. */
export class JsonSource {
  readonly #text: string
  readonly root: JsonNode

  constructor(input: string | Uint8Array) {
    this.#text = textOf(input)
    this.root = parseJson(this.#text)
  }

  /** The error for a node that is not what the format wants. */
  refused(
    code: ProvErrorCode,
    node: JsonNode,
    expected: string,
    found: string = describeNode(node),
    hint?: string,
  ): ProvError {
    const where = { ...positionAt(this.#text, node.offset), path: pathOf(this.root, node) }
    return new ProvError({ code, where, expected, found, ...(hint === undefined ? {} : { hint }) })
  }

  object(node: JsonNode, expected: string): JsonObject {
    if (node.kind !== 'object') throw this.refused('shape', node, expected)
    return node
  }

  /** The name that `written` stands for; `node` is where it is written, or what is written under it. */
  name(scope: Scope, written: string, node: JsonNode): QName {
    const name = scope.resolve(written)
    if (name !== null) return name
    const blank = written.startsWith('_:')
    throw this.refused(
      blank ? 'bad-name' : 'undeclared-prefix',
      node,
      'a name under a declared namespace',
      excerpt(written, 80),
      blank ? 'a blank identifier cannot be referred to; give the record a name' : prefixHint(written),
    )
  }
}

function prefixHint(written: string): string {
  const colon = written.indexOf(':')
  if (colon < 0) return 'a name without prefix needs "default" in "prefix"'
  return `declare ${excerpt(written.slice(0, colon))} in "prefix"`
}
