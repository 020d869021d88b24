import { FORMALS } from './formals.ts'
import { iriOf } from './qname.ts'
import type { Attribute, ProvRecord } from './record.ts'
import { timeKey } from './time.ts'
import type { Value } from './value.ts'
import { XSD } from './vocabulary.ts'

const INTEGERS: ReadonlySet<string> = new Set(
  [
    ['integer', 'int', 'long', 'short', 'byte'],
    ['nonNegativeInteger', 'positiveInteger', 'nonPositiveInteger', 'negativeInteger'],
    ['unsignedLong', 'unsignedInt', 'unsignedShort', 'unsignedByte'],
  ]
    .flat()
    .map((local) => XSD + local),
)

/**
 * A key that two values share exactly when they are the same value of the same datatype: `01` and `1` as xsd:int,
 * `1.0` and `1e0` as xsd:double, the same instant as xsd:dateTime. 0 and -0 stay apart. Prefixes do not matter.
 */
export function valueKey(value: Value): string {
  if (value.type === 'name') return `n${iriOf(value.name)}`
  if (value.type === 'text') return `s${(value.lang ?? '').toLowerCase()}@${value.text}`
  const datatype = iriOf(value.datatype)
  return `t${datatype}^${lexicalKey(value.lexical, datatype)}`
}

function lexicalKey(lexical: string, datatype: string): string {
  if (INTEGERS.has(datatype)) return integerKey(lexical.trim())
  switch (datatype) {
    case `${XSD}double`:
      return doubleKey(lexical.trim())
    case `${XSD}float`:
      return doubleKey(lexical.trim())
    case `${XSD}boolean`:
      return booleanKey(lexical.trim())
    case `${XSD}dateTime`:
      return timeKey(lexical)
    default:
      return lexical
  }
}

function integerKey(lexical: string): string {
  const match = /^([+-]?)(\d+)$/.exec(lexical)
  if (match === null) return lexical
  const [, sign, padded = ''] = match
  const digits = padded.replace(/^0+(?=\d)/, '')
  return sign === '-' && digits !== '0' ? `-${digits}` : digits
}

function doubleKey(lexical: string): string {
  if (lexical === '+INF') return 'INF'
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(lexical)) return lexical
  const number = Number(lexical)
  if (Object.is(number, -0)) return '-0'
  // What a double cannot hold is told apart by how it is written.
  return Number.isFinite(number) ? String(number) : lexical
}

function booleanKey(lexical: string): string {
  if (lexical === '1') return 'true'
  return lexical === '0' ? 'false' : lexical
}

/** A key of one attribute and its value. */
export function attributeKey([attribute, value]: Attribute): string {
  return `${iriOf(attribute)}=${valueKey(value)}`
}

/** A key that two records share exactly when they say the same; the order and repetition of attributes do not matter. */
export function recordKey(record: ProvRecord): string {
  const parts: string[] = [record.kind, record.id === null ? '' : iriOf(record.id)]
  for (const { name, target } of FORMALS[record.kind].formals) {
    if (target === 'time') {
      const time = record.times[name]
      parts.push(time === undefined ? '' : timeKey(time))
    } else {
      const arg = record.args[name]
      parts.push(arg === undefined ? '' : iriOf(arg))
    }
  }
  const attributes = [...new Set(record.attributes.map(attributeKey))].sort()
  // JSON keeps the parts apart whatever they hold.
  return JSON.stringify([parts, attributes])
}
