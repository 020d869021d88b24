import * as fc from 'fast-check'
import {
  DocumentBuilder,
  qname,
  validate,
  type ProvDocument,
  type ProvRecord,
  type QName,
} from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { tries } from '../../../../test/support/effort.ts'
import { records } from './meeting-records.ts'
import { isValidByTheBook } from './reference.ts'

function documentOf(statements: readonly ProvRecord[]): ProvDocument {
  const builder = new DocumentBuilder()
  for (const statement of statements) builder.add(statement)
  return builder.build()
}

function renamed(record: ProvRecord, rename: (from: QName) => QName): ProvRecord {
  const args = Object.entries(record.args).map(
    ([position, to]) => [position, to === undefined ? to : rename(to)] as const,
  )
  return { ...record, id: record.id === null ? null : rename(record.id), args: Object.fromEntries(args) }
}

function elsewhere({ local }: QName): QName {
  return qname('p', 'urn:x:', `${local.length}${local.split('').toReversed().join('')}`)
}

/** The same IRI, cut into namespace and local part at another place. */
function splitElsewhere({ local }: QName): QName {
  return qname('', 'http://example.', `org/${local}`)
}

describe('validation of any document', () => {
  it('gives the verdict of the rules as they are written', () => {
    fc.assert(
      fc.property(records, (statements) => {
        const found = validate(documentOf(statements))
        expect(found.length === 0, JSON.stringify(found.map(({ why }) => why))).toBe(
          isValidByTheBook(statements),
        )
      }),
      { numRuns: tries(2000), seed: 20260105 },
    )
  })

  it('does not depend on the order of records', () => {
    const shuffled = records.chain((statements) =>
      fc.tuple(fc.constant(statements), fc.shuffledSubarray(statements, { minLength: statements.length })),
    )
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(validate(documentOf(one)).length === 0).toBe(validate(documentOf(other)).length === 0)
      }),
      { numRuns: tries(1000), seed: 20260106 },
    )
  })

  it('does not depend on names and prefixes', () => {
    fc.assert(
      fc.property(records, (statements) => {
        const verdict = validate(documentOf(statements)).map(({ constraint, rules }) => [constraint, rules])
        for (const rename of [elsewhere, splitElsewhere]) {
          const again = validate(documentOf(statements.map((statement) => renamed(statement, rename))))
          expect(again.map(({ constraint, rules }) => [constraint, rules])).toEqual(verdict)
        }
      }),
      { numRuns: tries(1000), seed: 20260107 },
    )
  })
})
