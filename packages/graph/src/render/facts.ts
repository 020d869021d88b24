import { firstUnits, limits } from '@provloom/shared'
import { bool, dateTime, double, integerType, name, prov, text, xsd } from '@provloom/prov'
import type { Attribute, QName, TypedValue } from '@provloom/prov'
import type { Count } from '@provloom/rundir/entry'
import { instant } from '../instant.ts'
import { term } from '../space.ts'

type Vocabulary = 'mls' | 'schema' | 'dcterms'

/** Collects the attributes of one element or relation, in the order in which they are to be read. */
export class Facts {
  readonly list: Attribute[] = []

  label(words: string): this {
    this.list.push([prov('label'), text(bounded(words))])
    return this
  }

  type(...types: readonly QName[]): this {
    for (const one of types) this.list.push([prov('type'), name(one)])
    return this
  }

  text(attribute: string, value: string | undefined): this {
    if (value !== undefined && value !== '')
      this.list.push([term('provloom', attribute), text(bounded(value))])
    return this
  }

  texts(attribute: string, values: readonly string[]): this {
    // A set, as PROV-DM has it: the same value twice is one.
    for (const value of new Set(values)) this.text(attribute, value)
    return this
  }

  int(attribute: string, value: Count | undefined): this {
    if (value !== undefined) this.list.push([term('provloom', attribute), integer(value)])
    return this
  }

  ints(attribute: string, values: readonly number[]): this {
    for (const value of values) this.int(attribute, value)
    return this
  }

  double(attribute: string, value: number | undefined): this {
    if (value !== undefined) this.list.push([term('provloom', attribute), double(value)])
    return this
  }

  flag(attribute: string, value: boolean | undefined): this {
    if (value !== undefined) this.list.push([term('provloom', attribute), bool(value)])
    return this
  }

  time(attribute: string, us: number | undefined): this {
    if (us !== undefined) this.list.push([term('provloom', attribute), dateTime(instant(us))])
    return this
  }

  name(attribute: string, value: QName | undefined): this {
    if (value !== undefined) this.list.push([term('provloom', attribute), name(value)])
    return this
  }

  /** In another vocabulary than ours; nothing where there is no value. */
  word(prefix: Vocabulary, attribute: string, value: string | undefined): this {
    if (value !== undefined && value !== '') this.list.push([term(prefix, attribute), text(bounded(value))])
    return this
  }

  link(prefix: Vocabulary, attribute: string, ...to: readonly QName[]): this {
    for (const one of to) this.list.push([term(prefix, attribute), name(one)])
    return this
  }

  /** Where it is: relative to the run directory, or an absolute path on its machine. */
  location(place: string | undefined): this {
    if (place !== undefined && place !== '') this.list.push([prov('location'), text(bounded(place))])
    return this
  }

  role(word: string): this {
    this.list.push([prov('role'), name(term('provloom', word))])
    return this
  }

  add(attribute: Attribute): this {
    this.list.push(attribute)
    return this
  }
}

/** An integer; a number larger than 2^53 is what a double makes of it. */
export function integer(value: Count): TypedValue {
  if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 2 ** 31)
    return { type: 'typed', lexical: String(value === 0 ? 0 : value), datatype: xsd('int') }
  const exact = typeof value === 'bigint' ? value : BigInt(Math.trunc(value))
  return { type: 'typed', lexical: exact.toString(), datatype: integerType(exact) }
}

/** Text that a document should hold: Unicode, and when it is very long cut, which it says. */
export function bounded(words: string): string {
  const whole = words.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  if (whole.length <= limits.textLengthMax) return whole
  return `${firstUnits(whole, limits.textLengthMax)}... (cut, ${whole.length} characters)`
}
