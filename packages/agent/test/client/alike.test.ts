import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { nameOf } from '../../src/client/name.ts'
import { numberOf, stepOf } from '../../src/client/number.ts'
import type { Found } from '../../src/client/number.ts'
import { typed } from '../../src/client/value.ts'

const client = path.resolve(import.meta.dirname, '..', '..', '..', '..', 'clients', 'python')

/** Reads a list of JSON values, says for each what the Python client makes of it. */
const program = `
import json, sys
sys.path.insert(0, ${JSON.stringify(client)})
from provloom._numbers import NotANumber, Remark, number, step
from provloom._values import name, typed
def found(call, value):
    try: return [str(call(value)), None]
    except Remark as remark: return [str(remark.value), remark.code]
    except NotANumber: return None
def whole(call, value):
    one = found(call, value)
    return one if one is None else [str(int(float(one[0]))) if call is number and float(one[0]) == int(float(one[0])) else one[0], one[1]]
def said(value):
    made = typed(value)
    return [made.kind, made.text, made.remark and made.remark[0]]
print(json.dumps([[name(one), said(one), whole(number, one), whole(step, one)] for one in json.load(sys.stdin)]))
`

function outcome(found: Found<number | bigint>): readonly [string, string | null] | null {
  if (found.kind === 'refused') return null
  const { value, remark } = found
  return [String(Number.isInteger(value) ? BigInt(value) : value), remark?.code ?? null]
}

function ofOurs(value: unknown): unknown {
  const { valueType, value: text, remark } = typed(value)
  const said = [valueType, text, remark?.code ?? null]
  return [nameOf(value) ?? null, said, outcome(numberOf(value)), outcome(stepOf(value))]
}

const nested = (levels: number): unknown => (levels === 0 ? [] : [nested(levels - 1)])

test('both clients make the same of names, values, numbers and steps', () => {
  const texts = [
    '',
    'a',
    ' ',
    '\u00fc',
    '\u6e2c\u{1f600}',
    'a b/c',
    'x'.repeat(512),
    'x'.repeat(513),
    '\u{1f600}'.repeat(257),
    'a\ud800',
    '\0',
  ]
  const numberTexts = ['5', '-5', '0.5', '.5', '5.', ' 7 ', 'x', '1_0', '5x', '9223372036854775808', '\u0661']
  const plain = [0, 3, -7, 2.5, -2.5, 9_007_199_254_740_991, true, false, null]
  const structures = [[], {}, [1, 2.5, 'a', null, true], { a: { b: [1] }, '\u00fc': '"\\\n' }, nested(40)]
  const large = [
    'x'.repeat(70_000),
    '\u20ac'.repeat(30_000),
    Array.from({ length: 30_000 }, (_, i) => i),
    ['\0'.repeat(70_000), 'next'],
    { ['k'.repeat(70_000)]: 1, b: 2 },
  ]
  const values: unknown[] = [...texts, ...numberTexts, ...plain, ...structures, ...large]
  const input = JSON.stringify(values)
  const theirs: unknown = JSON.parse(
    execFileSync('python3', ['-c', program], { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  )
  const spoken = JSON.stringify(theirs).replaceAll('<list>', '<Array>')
  const read: unknown = JSON.parse(input)
  expect(JSON.parse(spoken)).toEqual(Array.isArray(read) ? read.map(ofOurs) : undefined)
})
