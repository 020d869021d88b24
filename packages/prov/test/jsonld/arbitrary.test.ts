import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { differences, DocumentBuilder, type ProvDocument } from '@provloom/prov'
import { jsonldPieces, readJsonld, writeJsonld } from '@provloom/prov/jsonld'
import { tries } from '../../../../test/support/effort.ts'
import { arbitraryDocument } from '../support/arbitrary.ts'
import { provJsonldErrors } from '../../../../test/support/w3c-schemas.ts'

/** The submission has no mentionOf. */
function withoutMentions(document: ProvDocument): ProvDocument {
  const builder = new DocumentBuilder(document.namespaces)
  for (const record of document.records) if (record.kind !== 'mentionOf') builder.add(record)
  for (const { id, records } of document.bundles) {
    const bundle = builder.bundle(id)
    for (const record of records) if (record.kind !== 'mentionOf') bundle.add(record)
  }
  return builder.build()
}

describe('any document', () => {
  test('round-trips equal through PROV-JSONLD, written as the schema has it', () => {
    fc.assert(
      fc.property(arbitraryDocument({ odd: true }), (any) => {
        const document = withoutMentions(any)
        const text = writeJsonld(document)
        expect(differences(document, readJsonld(text))).toEqual([])
        expect(provJsonldErrors(text)).toEqual([])
        expect([...jsonldPieces(document)].join('')).toBe(text)
      }),
      { seed: 21, numRuns: tries(400) },
    )
  })
})
