import { labelOf, sameName, type QName } from './qname.ts'
import { xsd } from './vocabulary.ts'

/** A qualified name as a value (prov:QUALIFIED_NAME). */
export interface NameValue {
  readonly type: 'name'
  readonly name: QName
}
/** An xsd:string, or with `lang` a prov:InternationalizedString. */
export interface TextValue {
  readonly type: 'text'
  readonly text: string
  readonly lang?: string
}
/** Any other literal. The lexical form is kept, so 2^53 + 1, -0, NaN, INF and 1e400 survive. */
export interface TypedValue {
  readonly type: 'typed'
  readonly lexical: string
  readonly datatype: QName
}
/** A value of an attribute (PROV-DM 5.7.2, 5.7.3). */
export type Value = NameValue | TextValue | TypedValue

/** A plain or language-tagged string. */
export function text(content: string, lang?: string): TextValue {
  return lang === undefined ? { type: 'text', text: content } : { type: 'text', text: content, lang }
}

/** A qualified name as a value, as in `prov:type = 'prov:Person'`. */
export function name(of: QName): NameValue {
  return { type: 'name', name: of }
}

/** A literal of any datatype; an xsd:string becomes plain text, which is the same value. */
export function typed(lexical: string, datatype: QName): TextValue | TypedValue {
  return sameName(datatype, xsd('string')) ? text(lexical) : { type: 'typed', lexical, datatype }
}

const INT_MAX = 2n ** 31n
const LONG_MAX = 2n ** 63n

/** The narrowest of xsd:int, xsd:long and xsd:integer that holds `n`. */
export function integerType(n: bigint): QName {
  if (n >= -INT_MAX && n < INT_MAX) return xsd('int')
  return n >= -LONG_MAX && n < LONG_MAX ? xsd('long') : xsd('integer')
}

/** An integer of any size: xsd:int, xsd:long or xsd:integer by magnitude. Throws RangeError or SyntaxError when `n` is not an integer. */
export function int(n: number | bigint | string): TypedValue {
  const exact = BigInt(n)
  return { type: 'typed', lexical: exact.toString(), datatype: integerType(exact) }
}

/** An xsd:double; NaN, both infinities and -0 keep their identity. */
export function double(n: number): TypedValue {
  return { type: 'typed', lexical: doubleLexical(n), datatype: xsd('double') }
}

function doubleLexical(n: number): string {
  if (Number.isNaN(n)) return 'NaN'
  if (!Number.isFinite(n)) return n > 0 ? 'INF' : '-INF'
  if (Object.is(n, -0)) return '-0.0'
  const digits = String(n)
  // A fraction or an exponent tells a double from an integer where a format writes bare numbers.
  return /[.e]/.test(digits) ? digits : `${digits}.0`
}

/** An xsd:boolean. */
export function bool(b: boolean): TypedValue {
  return { type: 'typed', lexical: b ? 'true' : 'false', datatype: xsd('boolean') }
}

/** An xsd:dateTime in its lexical form, e.g. `2026-01-31T12:00:00.000Z`. */
export function dateTime(iso: string): TypedValue {
  return { type: 'typed', lexical: iso, datatype: xsd('dateTime') }
}

/** An xsd:anyURI. */
export function anyUri(iri: string): TypedValue {
  return { type: 'typed', lexical: iri, datatype: xsd('anyURI') }
}

/** A value as people read it: without quotes, datatype and language. */
export function writtenValue(value: Value): string {
  switch (value.type) {
    case 'name':
      return labelOf(value.name)
    case 'text':
      return value.text
    case 'typed':
      return value.lexical
  }
}
