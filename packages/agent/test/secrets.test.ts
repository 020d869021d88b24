import fs from 'node:fs'
import { expect, test } from 'vitest'
import { cutCredentials, maskArguments, maskHead, maskTail, maskText, maskTold } from '../src/secrets.ts'

type Cases<T> = Readonly<Record<string, readonly (readonly [T, T])[]>>

const data = new URL('../../../test/data/', import.meta.url)
/** What is masked, how, and what is not: the Python client's tests read the same. */
const examples = JSON.parse(fs.readFileSync(new URL('secrets.json', data), 'utf8')) as {
  arguments: Cases<string[]>
  texts: Cases<string>
  told: Cases<string>
  remotes: Cases<string>
}
const ordinary = fs.readFileSync(new URL('ordinary-commands.txt', data), 'utf8')

const rows = <T>(cases: Cases<T>): [string, T, T][] =>
  Object.entries(cases).flatMap(([kind, pairs]) =>
    pairs.map(([given, shown]): [string, T, T] => [kind, given, shown]),
  )

test.each(rows(examples.arguments))('%s: of %j is recorded %j', (_kind, given, shown) => {
  expect(maskArguments(given)).toEqual(shown)
  expect(maskArguments(shown)).toEqual(shown)
})

test.each(rows(examples.texts))('%s: of %j is recorded %j', (_kind, given, shown) => {
  expect(maskText(given)).toBe(shown)
  expect(maskText(shown)).toBe(shown)
})

test.each(rows(examples.told))(
  '%s: of %j, which nobody has logged, is recorded %j',
  (_kind, given, shown) => {
    expect(maskTold(given)).toBe(shown)
    expect(maskTold(shown)).toBe(shown)
  },
)

test('of a long text the last lines are recorded, and no half secret at either end of them', () => {
  const lines = `password: 'abc'\n${'x\n'.repeat(40)}`
  expect(maskTail(lines, 80)).toBe('x\n'.repeat(39))
  const secret = `a\npassword='${'pq'.repeat(60)}'\nb`
  expect(maskTail(secret, 100)).toBe("a\npassword='***'\nb")
  expect(maskHead(secret, 100)).toBe("a\npassword='***'\nb")
})

test.each(rows(examples.remotes))('%s: of %j is recorded %j', (_kind, given, shown) => {
  expect(cutCredentials(given)).toBe(shown)
  expect(cutCredentials(shown)).toBe(shown)
})

test.each(ordinary.trim().split('\n'))('an ordinary command stays as it is: %s', (line) => {
  expect(maskText(line)).toBe(line)
  expect(maskArguments(['bash', '-c', line])).toEqual(['bash', '-c', line])
  expect(maskArguments(line.split(' '))).toEqual(line.split(' '))
})

test('a text of many ordinary commands stays as it is', () => {
  expect(maskText(ordinary)).toBe(ordinary)
})
