import { SaxesParser, type SaxesTagNS } from 'saxes'
import { textOf } from '../io/decode.ts'
import { positionAt } from '../io/position.ts'
import { depthMax } from '../limits.ts'
import { excerpt, ProvError, type ProvErrorCode } from '../model/error.ts'

/** An element with its place and the namespaces declared on it. */
export interface XmlElement {
  readonly prefix: string
  readonly namespace: string
  readonly local: string
  /** Values by namespace and local name, see `attributeOf`. */
  readonly attributes: ReadonlyMap<string, string>
  /** Prefix to IRI as declared on this element; '' is the default namespace. */
  readonly declared: ReadonlyMap<string, string>
  readonly parent: XmlElement | null
  readonly offset: number
  readonly children: XmlElement[]
  text: string
}

export function attributeOf(element: XmlElement, namespace: string, local: string): string | undefined {
  return element.attributes.get(`${namespace} ${local}`)
}

/** A parsed XML text that can say where each of its elements stands. Entities of a DTD are not expanded but refused. */
export class XmlSource {
  readonly #text: string
  readonly root: XmlElement

  constructor(input: string | Uint8Array) {
    this.#text = textOf(input)
    this.root = this.#parse()
  }

  refused(
    code: ProvErrorCode,
    at: XmlElement,
    expected: string,
    found: string = `<${writtenName(at)}>`,
  ): ProvError {
    const where = { ...positionAt(this.#text, at.offset), path: pathOf(at) }
    return new ProvError({ code, where, expected, found })
  }

  #parse(): XmlElement {
    const parser = new SaxesParser({ xmlns: true })
    let root: XmlElement | null = null
    let open: XmlElement | null = null
    let depth = 0
    let start = 0
    parser.on('error', (error) => {
      throw this.#syntax(error.message)
    })
    parser.on('opentagstart', () => {
      start = this.#text.lastIndexOf('<', parser.position - 1)
      depth += 1
      if (depth > depthMax) {
        const where = positionAt(this.#text, start)
        throw new ProvError({
          code: 'too-deep',
          where,
          expected: `at most ${depthMax} levels`,
          found: 'more',
        })
      }
    })
    parser.on('opentag', (tag) => {
      const element: XmlElement = elementOf(tag, open, start)
      if (open === null) root = element
      else open.children.push(element)
      open = element
    })
    parser.on('closetag', () => {
      depth -= 1
      open = open?.parent ?? null
    })
    const add = (content: string): void => {
      if (open !== null) open.text += content
    }
    parser.on('text', add)
    parser.on('cdata', add)
    parser.write(this.#text).close()
    if (root === null) throw this.#syntax('1:1: no element')
    return root
  }

  /** The parser's message begins with line and column. */
  #syntax(message: string): ProvError {
    const [, line = '1', column = '0', found = message] = /^(\d+):(\d+): ([^]*)$/.exec(message) ?? []
    const where = { line: Number(line), column: Math.max(1, Number(column)) }
    return new ProvError({ code: 'syntax', where, expected: 'well-formed XML', found })
  }
}

function elementOf(tag: SaxesTagNS, parent: XmlElement | null, offset: number): XmlElement {
  const { prefix, uri: namespace, local } = tag
  const attributes = new Map<string, string>()
  for (const attribute of Object.values(tag.attributes)) {
    attributes.set(`${attribute.uri} ${attribute.local}`, attribute.value)
  }
  const declared = new Map(Object.entries(tag.ns))
  return { prefix, namespace, local, attributes, declared, parent, offset, children: [], text: '' }
}

export function writtenName({ prefix, local }: XmlElement): string {
  return prefix === '' ? local : `${prefix}:${local}`
}

/** `/prov:document/prov:entity[2]`: elements of one name are counted from 1 where there are several. */
function pathOf(element: XmlElement): string {
  const { parent } = element
  const step = excerpt(writtenName(element), 80).slice(1, -1)
  if (parent === null) return `/${step}`
  const alike = parent.children.filter((child) => writtenName(child) === writtenName(element))
  const count = alike.length > 1 ? `[${alike.indexOf(element) + 1}]` : ''
  return `${pathOf(parent)}/${step}${count}`
}
