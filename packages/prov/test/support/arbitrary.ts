import * as fc from 'fast-check'
import {
  bool,
  dateTime,
  double,
  DocumentBuilder,
  FORMALS,
  int,
  isElementKind,
  name,
  NO_NAMESPACES,
  prov,
  qname,
  RECORD_KINDS,
  statement,
  text,
  typed,
  XSD,
  xsd,
  type Attribute,
  type ProvDocument,
  type ProvRecord,
  type QName,
  type RecordKind,
  type Value,
} from '@provloom/prov'

/** Few namespaces, of which one prefix means two things, one hides `default`, and one is the default namespace. */
const spaces: readonly (readonly [prefix: string, namespace: string])[] = [
  ['ex', 'http://example.org/'],
  ['ex', 'http://example.org/other#'],
  ['default', 'urn:default:'],
  ['a-b.c', 'http://example.org/x?y='],
  ['', 'http://example.org/nowhere/'],
  ['prov', 'http://www.w3.org/ns/prov#'],
  ['xsd', 'http://www.w3.org/2000/10/XMLSchema#'],
]

const plainLocals = fc.constantFrom('e', 'a1', '_x', '1', 'été', 'a.b', 'a-b', '例')
const oddLocals = fc.oneof(
  fc.constantFrom(
    "it's",
    'a:b',
    'a/b',
    '(x)',
    'a,b;c',
    'x[1]',
    'a=b',
    'a"b',
    '-',
    '.',
    'a.',
    'a b',
    '%41',
    '\\',
    '__proto__',
    '🙂',
  ),
  fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
)

/** Any name; with `odd` also local parts that formats must escape. */
export function arbitraryName(odd: boolean): fc.Arbitrary<QName> {
  const local = odd ? fc.oneof(plainLocals, oddLocals) : plainLocals
  return fc
    .tuple(fc.constantFrom(...spaces), local)
    .map(([[prefix, namespace], part]) => qname(prefix, namespace, part))
}

const content = fc.oneof(
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom(
    '',
    'a"b',
    'a\\b',
    'line\nline',
    '"""',
    '\t',
    'x\r\ny',
    'ends with "',
    'ends with \\',
    "it's",
  ),
)
const when = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString())

export function arbitraryValue(names: fc.Arbitrary<QName>): fc.Arbitrary<Value> {
  return fc.oneof(
    content.map((it) => text(it)),
    fc.tuple(content, fc.constantFrom('en', 'fr-CH', 'de')).map(([it, lang]) => text(it, lang)),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(int),
    fc.integer().map(int),
    fc.double().map(double),
    fc.boolean().map(bool),
    when.map(dateTime),
    names.map(name),
    fc.constantFrom('-0', '1e400', '007', '+5').map((lexical) => typed(lexical, xsd('double'))),
    fc.tuple(content, names).map(([lexical, datatype]) => typed(lexical, datatype)),
    fc.constant(typed('12', qname('xs', XSD, 'unsignedByte'))),
  )
}

/** Attributes that no kind of record takes for a formal position. */
function arbitraryAttribute(names: fc.Arbitrary<QName>): fc.Arbitrary<Attribute> {
  const own = names.filter((it) => it.prefix !== 'prov')
  const known = fc.constantFrom('type', 'label', 'role', 'location', 'value').map(prov)
  return fc.tuple(fc.oneof(own, known), arbitraryValue(names))
}

function arbitraryRecord(kind: RecordKind, names: fc.Arbitrary<QName>): fc.Arbitrary<ProvRecord> {
  const args: Record<string, fc.Arbitrary<QName | null>> = {}
  const times: Record<string, fc.Arbitrary<string | null>> = {}
  for (const { name: position, target, mandatory } of FORMALS[kind].formals) {
    if (target === 'time') times[position] = fc.option(when)
    else args[position] = mandatory ? names : fc.option(names)
  }
  const identified = FORMALS[kind].identified
  const id = isElementKind(kind) ? names : identified ? fc.option(names) : fc.constant(null)
  const attributes = fc.array(arbitraryAttribute(names), { maxLength: identified ? 4 : 0 })
  return fc
    .record({ id, args: fc.record(args), times: fc.record(times), attributes })
    .map((parts) => statement(kind, parts))
}

export interface DocumentShape {
  /** Local parts that formats must escape. */
  readonly odd: boolean
  /** Attributes that XML elements can be named after, and no bare local parts elsewhere that XML forbids. */
  readonly xml?: boolean
}

/** Any document, whose prefixes are mostly not declared and contradict each other: writers must sort that out. */
export function arbitraryDocument(shape: DocumentShape = { odd: true }): fc.Arbitrary<ProvDocument> {
  const all = arbitraryName(shape.odd)
  const names = shape.xml === true ? all.filter(({ local }) => /^[\p{L}_]/u.test(local)) : all
  const records = fc.array(
    fc.constantFrom(...RECORD_KINDS).chain((kind) => arbitraryRecord(kind, names)),
    { maxLength: 6 },
  )
  const bundles = fc.array(fc.tuple(names, records), { maxLength: 2 })
  return fc.tuple(records, bundles, fc.boolean()).map(([own, inner, declares]) => {
    const builder = new DocumentBuilder(
      declares
        ? { prefixes: new Map([['ex', 'http://example.org/']]), default: 'urn:default:' }
        : NO_NAMESPACES,
    )
    for (const record of own) builder.add(record)
    for (const [id, content] of inner) for (const record of content) builder.bundle(id).add(record)
    return builder.build()
  })
}
