import { expect, test } from 'vitest'
import { Amiss } from '../../src/session/amiss.ts'

function said(...pairs: readonly (readonly [name: string, parent?: string])[]): string[] {
  const nesting = new Amiss()
  return pairs.flatMap(([name, parent]) =>
    nesting.note({ type: 'context', time: 0, name, ...(parent === undefined ? {} : { parent }) }),
  )
}

test('of contexts inside each other the one that closes the circle is told, once', () => {
  const wrong = 'context a cannot be inside c, which is inside it'
  expect(said(['a'], ['b', 'a'], ['c', 'b'], ['a', 'c'], ['a', 'c'])).toEqual([wrong])
  expect(said(['a', 'a'])).toEqual(['context a cannot be inside a, which is inside it'])
})

test('the first parent that is said is the one', () => {
  expect(said(['a', 'b'], ['a', 'c'], ['c', 'a'])).toEqual([])
})
