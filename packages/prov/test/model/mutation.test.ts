import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { equalDocuments, ProvError, readJson, writeJson, type ProvDocument } from '@provloom/prov'
import { readProvn, writeProvn } from '@provloom/prov/provn'
import { readXml, writeXml } from '@provloom/prov/xml'
import { tries } from '../../../../test/support/effort.ts'
import { arbitraryDocument } from '../support/arbitrary.ts'

interface Cut {
  readonly at: number
  readonly length: number
  readonly insert: string
}

const cut: fc.Arbitrary<Cut> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 3 }),
  insert: fc.oneof(
    fc.string({ maxLength: 2 }),
    fc.constantFrom(
      '"',
      '\\',
      '{',
      '[',
      '}',
      ']',
      '(',
      ')',
      ',',
      ';',
      "'",
      '<',
      '>',
      '&',
      '-',
      ':',
      '%%',
      '@',
      '\u0000',
      '\uD800',
      '/*',
      '//',
    ),
  ),
})

function mutated(text: string, cuts: readonly Cut[]): string {
  let changed = text
  for (const { at, length, insert } of cuts) {
    const start = Math.floor(at * changed.length)
    changed = changed.slice(0, start) + insert + changed.slice(start + length)
  }
  return changed
}

const formats: readonly (readonly [
  name: string,
  write: (document: ProvDocument) => string,
  read: (text: string) => ProvDocument,
])[] = [
  ['PROV-JSON', writeJson, readJson],
  ['PROV-N', writeProvn, readProvn],
  ['PROV-XML', writeXml, readXml],
]

test.each(formats)('damaged %s is read, or refused with a place; nothing else happens', (_, write, read) => {
  const documents = arbitraryDocument({ odd: false, xml: true })
  let refused = 0
  fc.assert(
    fc.property(documents, fc.array(cut, { minLength: 1, maxLength: 3 }), (document, cuts) => {
      const damaged = mutated(write(document), cuts)
      let result: ProvDocument
      try {
        result = read(damaged)
      } catch (error) {
        if (!(error instanceof ProvError)) throw error
        expect(error.where.line).toBeGreaterThan(0)
        expect(error.where.column).toBeGreaterThan(0)
        refused += 1
        return
      }
      expect(equalDocuments(result, readJson(writeJson(result)))).toBe(true)
    }),
    { seed: 5, numRuns: tries(500) },
  )
  expect(refused).toBeGreaterThan(100)
})
