import { expect, it } from 'vitest'
import { lastingSlug, slug } from '../src/name.ts'

it('names that outlive a run have one identifier each, and readable ones keep theirs', () => {
  const names = [
    'a b',
    'a-b',
    'a/b',
    '-a-b',
    'caf\u00e9',
    'cafe\u0301',
    'A-b',
    'x'.repeat(64),
    'x'.repeat(65),
    '\u6e2c',
  ]
  expect(new Set(names.map(lastingSlug)).size).toBe(names.length)
  expect(lastingSlug('digits_v1.2')).toBe('digits_v1.2')
  for (const name of names) {
    expect(lastingSlug(name)).toMatch(/^[A-Za-z0-9._-]+$/)
    expect(lastingSlug(name).startsWith(slug(name))).toBe(true)
  }
})
