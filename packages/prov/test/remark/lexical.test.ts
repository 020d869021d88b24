import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { DocumentBuilder, qname, remarks, typed, xsd } from '@provloom/prov'
import { judgePython, skippedWithoutJudge } from '../support/judge.ts'

const DATATYPES = [
  'boolean decimal double float integer nonNegativeInteger positiveInteger nonPositiveInteger',
  'negativeInteger byte short int long unsignedByte unsignedShort unsignedInt unsignedLong',
  'dateTime date time gYear gYearMonth gMonth gMonthDay gDay duration hexBinary language',
].flatMap((line) => line.split(' '))
/** The first is empty. */
const LITERALS = [
  '|abc|0|1|-1|+1|-0|127|128|-128|-129|255|256|32767|32768|65536|2147483647|2147483648|-2147483649',
  '4294967296|9223372036854775807|9223372036854775808|18446744073709551615|18446744073709551616',
  '00000000000000000000000000001|-99999999999999999999999|1.5|.5|5.|.|1e5|1E-5|INF|-INF|inf|NaN',
  'nan|true|True|false| 1 |2026-01-31T10:00:00Z|2026-01-31T10:00:00|2026-01-31 10:00:00|2026-02-30T10:00:00Z',
  '2026-01-31|2026-02-30|2026-01-31Z|10:00:00|25:00:00|10:00:00.5+01:00|2026|2026-13|2026-12|--12',
  '--02-30|--12-25|---31|---32|P1D|P|PT|P1DT|PT1.5S|-P1Y2M3DT4H5M6S|P1S|PT1D|0aFF|0aF|aGVsbG8=',
  'aGVsbG8|aGVs bG8=|a===|en|en-GB|en_GB|toolongalanguage',
].flatMap((line) => line.split('|'))

const ex = (local: string) => qname('ex', 'http://example.org/', local)

function isTold(literal: string, datatype: string): boolean {
  const document = new DocumentBuilder().entity(ex('e'), [[ex('v'), typed(literal, xsd(datatype))]])
  return remarks(document.build()).length > 0
}

test('bytes in base 64 come in fours', () => {
  for (const literal of ['', 'aGVsbG8=', 'aGVs bG8=', 'aGVsbA==', 'abcd'])
    expect(isTold(literal, 'base64Binary')).toBe(false)
  for (const literal of ['aGVsbG8', 'a===', '.', 'ab=c']) expect(isTold(literal, 'base64Binary')).toBe(true)
})

test.each([
  ['1e400', 'double', 'INF'],
  ['-1e400', 'double', '-INF'],
  ['1e-400', 'double', '0'],
  ['1e39', 'float', 'INF'],
  ['1e39', 'double', undefined],
  ['0e9', 'double', undefined],
  ['INF', 'double', undefined],
  ['-0.0', 'float', undefined],
])('%s as xsd:%s is told where a reader has another number: %s', (literal, datatype, read) => {
  const document = new DocumentBuilder().entity(ex('e'), [[ex('v'), typed(literal, xsd(datatype))]])
  const why = `"${literal}" is no number that an xsd:${datatype} can be: a reader has ${read}.`
  expect(remarks(document.build()).map((one) => [one.code, one.why])).toEqual(
    read === undefined ? [] : [['literal-out-of-range', why]],
  )
})

/** libxml2's verdict on each literal of each datatype. */
const judge = `
import json, sys
from lxml import etree
X = 'http://www.w3.org/2001/XMLSchema'
out = {}
for d in json.loads(sys.argv[1]):
    s = etree.XMLSchema(etree.fromstring(f'<x:schema xmlns:x="{X}"><x:element name="v" type="x:{d}"/></x:schema>'))
    for l in json.loads(sys.argv[2]):
        e = etree.Element('v'); e.text = l
        out[d + ' ' + l] = s.validate(e)
print(json.dumps(out))
`

test.skipIf(judgePython === undefined)(
  `literals are told where libxml2 refuses them, and nowhere else${skippedWithoutJudge}`,
  () => {
    const given = [JSON.stringify(DATATYPES), JSON.stringify(LITERALS)]
    const said = spawnSync(judgePython!, ['-c', judge, ...given], { encoding: 'utf8' })
    const verdicts = JSON.parse(said.stdout) as Readonly<Record<string, boolean>>
    const differing: string[] = []
    for (const datatype of DATATYPES) {
      for (const literal of LITERALS) {
        // It holds years in 64 bits.
        if (datatype === 'gYear' && literal.length > 18) continue
        const told = isTold(literal, datatype)
        if (told === verdicts[`${datatype} ${literal}`])
          differing.push(`${datatype} ${JSON.stringify(literal)}`)
      }
    }
    expect(Object.keys(verdicts)).toHaveLength(DATATYPES.length * LITERALS.length)
    expect(differing).toEqual([])
  },
)
