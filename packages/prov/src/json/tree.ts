import { excerpt } from '../model/error.ts'

/** Parsed JSON that keeps what JSON.parse loses: number lexemes, places, and keys such as `__proto__` as plain data. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull

export interface JsonObject {
  readonly kind: 'object'
  /** Offset of the value in the text. */
  readonly offset: number
  readonly members: Map<string, JsonNode>
}
export interface JsonArray {
  readonly kind: 'array'
  readonly offset: number
  readonly items: readonly JsonNode[]
}
export interface JsonString {
  readonly kind: 'string'
  readonly offset: number
  readonly value: string
}
export interface JsonNumber {
  readonly kind: 'number'
  readonly offset: number
  readonly lexeme: string
}
export interface JsonBoolean {
  readonly kind: 'boolean'
  readonly offset: number
  readonly value: boolean
}
export interface JsonNull {
  readonly kind: 'null'
  readonly offset: number
}

/** `["ex:e1"]`, or `.entity` for a plain word. */
export function pathStep(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`
  if (/^[A-Za-z_]\w*$/.test(key)) return `.${key}`
  return `[${excerpt(key, 80)}]`
}

/** The path from `root` to `target`, e.g. `$.entity["ex:e1"]`. Found by search, so that reading need not carry it along. */
export function pathOf(root: JsonNode, target: JsonNode): string {
  return `$${search(root, target) ?? ''}`
}

function search(node: JsonNode, target: JsonNode): string | null {
  if (node === target) return ''
  if (node.kind === 'array') {
    for (const [index, item] of node.items.entries()) {
      const rest = search(item, target)
      if (rest !== null) return pathStep(index) + rest
    }
  } else if (node.kind === 'object') {
    for (const [key, value] of node.members) {
      const rest = search(value, target)
      if (rest !== null) return pathStep(key) + rest
    }
  }
  return null
}

/** A value for a message: `an object`, `the string "abc"`, `the number 5`. */
export function describeNode(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return 'an object'
    case 'array':
      return 'an array'
    case 'string':
      return `the string ${excerpt(node.value)}`
    case 'number':
      return `the number ${node.lexeme.slice(0, 40)}`
    case 'boolean':
      return String(node.value)
    case 'null':
      break
  }
  return 'null'
}
