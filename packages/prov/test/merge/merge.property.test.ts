import * as fc from 'fast-check'
import {
  attributeKey,
  DocumentBuilder,
  iriOf,
  merge,
  timeKey,
  validate,
  type ProvDocument,
  type ProvRecord,
} from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { tries } from '../../../../test/support/effort.ts'
import { arbitraryDocument } from '../support/arbitrary.ts'
import { records } from '../validate/meeting-records.ts'

function documentOf(statements: readonly ProvRecord[]): ProvDocument {
  const builder = new DocumentBuilder()
  for (const statement of statements) builder.add(statement)
  return builder.build()
}

/** Everything about a document, in its order. */
function written({ namespaces, records: own, bundles }: ProvDocument): string {
  return JSON.stringify([
    [...namespaces.prefixes],
    namespaces.default,
    own,
    bundles.map(({ id, records: held }) => [id, held]),
  ])
}

const documents = fc.array(records.map(documentOf), { minLength: 1, maxLength: 4 })
const oddDocuments = fc.array(arbitraryDocument(), { minLength: 1, maxLength: 4 })

/** Whether everything that one record says is said by another. */
function says(record: ProvRecord, said: ProvRecord): boolean {
  const keys = new Set(record.attributes.map(attributeKey))
  return (
    record.kind === said.kind &&
    (said.id === null || (record.id !== null && iriOf(record.id) === iriOf(said.id))) &&
    Object.entries(said.args).every(([at, name]) => {
      const own = record.args[at]
      return name === undefined || (own !== undefined && iriOf(own) === iriOf(name))
    }) &&
    Object.entries(said.times).every(([at, time]) => {
      const own = record.times[at]
      return time === undefined || (own !== undefined && timeKey(own) === timeKey(time))
    }) &&
    said.attributes.every((attribute) => keys.has(attributeKey(attribute)))
  )
}

describe('merging any documents', () => {
  it('gives the same document in whatever order they come', () => {
    const shuffled = fc
      .oneof(documents, oddDocuments)
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(written(merge(other).document)).toBe(written(merge(one).document))
      }),
      { numRuns: tries(500), seed: 20260108 },
    )
  })

  it('changes nothing the second time, nor when the same comes again', () => {
    fc.assert(
      fc.property(documents, (all) => {
        const { document } = merge(all)
        expect(written(merge([document]).document)).toBe(written(document))
        expect(written(merge([...all, document, ...all]).document)).toBe(written(document))
      }),
      { numRuns: tries(500), seed: 20260109 },
    )
  })

  it('loses nothing that any of them says', () => {
    fc.assert(
      fc.property(fc.oneof(documents, oddDocuments), (all) => {
        const { document } = merge(all)
        for (const { records: own } of all) {
          for (const said of own) expect(document.records.some((record) => says(record, said))).toBe(true)
        }
        for (const bundle of all.flatMap(({ bundles }) => bundles)) {
          const place = document.bundles.find(({ id }) => iriOf(id) === iriOf(bundle.id))
          for (const said of bundle.records)
            expect(place?.records.some((record) => says(record, said))).toBe(true)
        }
      }),
      { numRuns: tries(500), seed: 20260110 },
    )
  })

  it('is valid exactly when all their statements together are', () => {
    fc.assert(
      fc.property(documents, (all) => {
        const together = documentOf(all.flatMap((document) => document.records))
        const { document, conflicts } = merge(all)
        expect(validate(document).length === 0).toBe(validate(together).length === 0)
        if (conflicts.some(({ constraint }) => constraint !== 'PROV-DM'))
          expect(validate(document)).not.toEqual([])
      }),
      { numRuns: tries(1000), seed: 20260111 },
    )
  })
})
