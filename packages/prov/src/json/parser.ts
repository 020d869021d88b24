import { positionAt } from '../io/position.ts'
import { depthMax } from '../limits.ts'
import { excerpt, ProvError, type ProvErrorCode } from '../model/error.ts'
import { pathStep, type JsonArray, type JsonNode, type JsonObject } from './tree.ts'

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * Parses JSON (RFC 8259) strictly. Throws ProvError with line, column and path: `syntax`, `too-deep`, and
 * `duplicate` for a key given twice in one object, of which other readers silently keep one.
 */
export function parseJson(text: string): JsonNode {
  const parser = new JsonParser(text)
  return parser.document()
}

class JsonParser {
  readonly #text: string
  #at = 0
  readonly #path: (string | number)[] = []

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonNode {
    const root = this.#value()
    this.#space()
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the document')
    return root
  }

  #value(): JsonNode {
    this.#space()
    const offset = this.#at
    switch (this.#text[offset] ?? '') {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return { kind: 'string', offset, value: this.#string() }
      case 't':
        return this.#word('true', { kind: 'boolean', offset, value: true })
      case 'f':
        return this.#word('false', { kind: 'boolean', offset, value: false })
      case 'n':
        return this.#word('null', { kind: 'null', offset })
      default:
        return this.#number()
    }
  }

  #object(): JsonObject {
    const offset = this.#at
    const members = new Map<string, JsonNode>()
    this.#open()
    this.#space()
    if (this.#take('}')) return { kind: 'object', offset, members }
    do {
      this.#space()
      if (this.#text[this.#at] !== '"') throw this.#unexpected('a key in double quotes')
      const keyAt = this.#at
      const key = this.#string()
      if (members.has(key)) throw this.#refused('duplicate', keyAt, 'each key once', excerpt(key))
      this.#space()
      if (!this.#take(':')) throw this.#unexpected('":"')
      this.#path.push(key)
      members.set(key, this.#value())
      this.#path.pop()
      this.#space()
    } while (this.#take(','))
    if (!this.#take('}')) throw this.#unexpected('"," or "}"')
    return { kind: 'object', offset, members }
  }

  #array(): JsonArray {
    const offset = this.#at
    const items: JsonNode[] = []
    this.#open()
    this.#space()
    if (this.#take(']')) return { kind: 'array', offset, items }
    do {
      this.#path.push(items.length)
      items.push(this.#value())
      this.#path.pop()
      this.#space()
    } while (this.#take(','))
    if (!this.#take(']')) throw this.#unexpected('"," or "]"')
    return { kind: 'array', offset, items }
  }

  #open(): void {
    if (this.#path.length >= depthMax) {
      throw this.#refused('too-deep', this.#at, `at most ${depthMax} levels of nesting`, 'more')
    }
    this.#at += 1
  }

  #string(): string {
    const text = this.#text
    let parts = ''
    let start = (this.#at += 1)
    for (;;) {
      const unit = text.charCodeAt(this.#at)
      if (unit === 0x22) break
      if (unit === 0x5c) {
        parts += text.slice(start, this.#at) + this.#escape()
        start = this.#at
      } else if (unit < 0x20 || Number.isNaN(unit)) {
        throw this.#unexpected('the closing double quote, with control characters escaped')
      } else this.#at += 1
    }
    parts += text.slice(start, this.#at)
    this.#at += 1
    return parts
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? ''
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#unexpected('four hexadecimal digits after \\u')
      this.#at += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const unescaped = ESCAPES[letter]
    if (unescaped === undefined) throw this.#unexpected('an escape that JSON knows')
    this.#at += 2
    return unescaped
  }

  #number(): JsonNode {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) throw this.#unexpected('a JSON value')
    const offset = this.#at
    this.#at += match[0].length
    if (/[\w.+-]/.test(this.#text[this.#at] ?? '')) throw this.#unexpected('the end of a number')
    return { kind: 'number', offset, lexeme: match[0] }
  }

  #word(word: string, node: JsonNode): JsonNode {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected('a JSON value')
    this.#at += word.length
    return node
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #space(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      this.#at += 1
    }
  }

  #unexpected(expected: string): ProvError {
    const found = this.#text.slice(this.#at, this.#at + 20)
    return this.#refused('syntax', this.#at, expected, found === '' ? 'the end of the text' : excerpt(found))
  }

  #refused(code: ProvErrorCode, at: number, expected: string, found: string): ProvError {
    const path = `$${this.#path.map(pathStep).join('')}`
    return new ProvError({ code, where: { ...positionAt(this.#text, at), path }, expected, found })
  }
}
