import { excerpt } from '../model/error.ts'
import { FORMALS, isRecordKind, RECORD_KINDS, type Formal } from '../model/formals.ts'
import type { Scope } from '../model/namespaces.ts'
import { iriOf, qname, type QName } from '../model/qname.ts'
import { isElementKind, type Attribute, type ProvRecord, type RecordKind } from '../model/record.ts'
import { statement } from '../model/statements.ts'
import { isDateTime } from '../model/time.ts'
import { integerType, name, text, typed, type Value } from '../model/value.ts'
import { PROV, XSD } from '../model/vocabulary.ts'
import { kindOfExtension } from './extension.ts'
import type { Scanner, WrittenName } from './scanner.ts'

/** The words that end a list of statements. */
const ENDS: ReadonlySet<string> = new Set(['bundle', 'endBundle', 'endDocument'])

/** The name that is written, under the namespaces in scope. Throws ProvError `undeclared-prefix`. */
export function resolve(scanner: Scanner, scope: Scope, { prefix, local, offset }: WrittenName): QName {
  const namespace = scope.namespaceOf(prefix)
  if (namespace !== null) return qname(prefix, namespace, local)
  const found = excerpt(prefix === '' ? local : `${prefix}:${local}`)
  const hint = prefix === '' ? 'declare "default <...>"' : `declare "prefix ${prefix} <...>"`
  throw scanner.refused('undeclared-prefix', offset, 'a name under a declared namespace', found, hint)
}

/** Reads expressions, e.g. `used(ex:u; ex:a, ex:e, -, [ex:x="1"])` (PROV-N 3.1 to 3.6). */
export class ExpressionReader {
  readonly #scanner: Scanner
  readonly #scope: Scope

  constructor(scanner: Scanner, scope: Scope) {
    this.#scanner = scanner
    this.#scope = scope
  }

  /** The next record, or null where the statements end. */
  next(): ProvRecord | null {
    const scanner = this.#scanner
    if (scanner.atEnd() || ENDS.has(scanner.peekWord())) return null
    const kind = this.#kind()
    scanner.need('(')
    const record = isElementKind(kind) ? this.#element(kind) : this.#relation(kind)
    scanner.need(')')
    return record
  }

  #kind(): RecordKind {
    const written = this.#scanner.name()
    if (written === null) throw this.#scanner.unexpected('a statement')
    if (written.prefix === '' && isRecordKind(written.local)) return written.local
    const kind = written.prefix === '' ? null : kindOfExtension(this.#resolve(written))
    if (kind !== null) return kind
    const found = excerpt(written.prefix === '' ? written.local : `${written.prefix}:${written.local}`)
    throw this.#scanner.refused('unknown-record', written.offset, `one of ${RECORD_KINDS.join(', ')}`, found)
  }

  #element(kind: RecordKind): ProvRecord {
    const id = this.#name('an identifier')
    return this.#rest(kind, id, FORMALS[kind].formals, {})
  }

  #relation(kind: RecordKind): ProvRecord {
    const { formals } = FORMALS[kind]
    const [first, ...others] = formals
    const start = this.#reference('an identifier')
    if (first === undefined) return statement(kind)
    if (this.#scanner.take(';')) {
      const at = this.#reference(first.name)
      return this.#rest(kind, start, others, { [first.name]: at })
    }
    return this.#rest(kind, null, others, { [first.name]: start })
  }

  /** The positions after the first, as many as there are, and the attributes. */
  #rest(
    kind: RecordKind,
    id: QName | null,
    formals: readonly Formal[],
    args: Record<string, QName | null>,
  ): ProvRecord {
    const scanner = this.#scanner
    const times: Record<string, string | null> = {}
    let attributes: readonly Attribute[] = []
    let position = 0
    while (scanner.take(',')) {
      if (scanner.take('[')) {
        attributes = this.#attributes()
        break
      }
      const formal = formals[position]
      if (formal === undefined) throw scanner.unexpected('"[" or ")"')
      if (formal.target === 'time') times[formal.name] = this.#time()
      else args[formal.name] = this.#reference(formal.name)
      position += 1
    }
    return statement(kind, { id, args, times, attributes })
  }

  #reference(what: string): QName | null {
    return this.#scanner.take('-') ? null : this.#name(`a name for ${what}, or "-"`)
  }

  #time(): string | null {
    const at = this.#scanner.here()
    const time = this.#scanner.time()
    if (time === null) {
      if (this.#scanner.take('-')) return null
      throw this.#scanner.unexpected('a time, or "-"')
    }
    if (!isDateTime(time)) throw this.#scanner.refused('bad-literal', at, 'an xsd:dateTime', excerpt(time))
    return time
  }

  #attributes(): Attribute[] {
    const attributes: Attribute[] = []
    if (this.#scanner.take(']')) return attributes
    do {
      const attribute = this.#name('an attribute')
      this.#scanner.need('=')
      attributes.push([attribute, this.#value()])
    } while (this.#scanner.take(','))
    this.#scanner.need(']')
    return attributes
  }

  /** A literal (PROV-N 3.7.3). */
  #value(): Value {
    const scanner = this.#scanner
    const at = scanner.here()
    const content = scanner.string()
    if (content !== null) return this.#afterString(content, at)
    if (scanner.take("'")) {
      const value = name(this.#name('a name'))
      scanner.need("'")
      return value
    }
    const digits = scanner.integer()
    if (digits === null) throw scanner.unexpected('a string, a name between single quotes, or an integer')
    return typed(digits, integerType(BigInt(digits.slice(0, 21))))
  }

  #afterString(content: string, at: number): Value {
    const language = this.#scanner.language()
    if (language !== null) return text(content, language)
    if (!this.#scanner.take('%%')) return text(content)
    const datatype = this.#name('a datatype')
    switch (iriOf(datatype)) {
      case `${PROV}QUALIFIED_NAME`:
      case `${XSD}QName`:
        return name(this.#nameIn(content, at))
      case `${PROV}InternationalizedString`:
        return text(content)
      default:
        return typed(content, datatype)
    }
  }

  #nameIn(content: string, offset: number): QName {
    const colon = content.indexOf(':')
    const prefix = colon < 0 ? '' : content.slice(0, colon)
    return this.#resolve({ prefix, local: content.slice(colon + 1), offset })
  }

  #name(what: string): QName {
    const written = this.#scanner.name()
    if (written === null) throw this.#scanner.unexpected(what)
    return this.#resolve(written)
  }

  #resolve(written: WrittenName): QName {
    return resolve(this.#scanner, this.#scope, written)
  }
}
