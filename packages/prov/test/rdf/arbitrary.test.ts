import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { differences, ProvError } from '@provloom/prov'
import { readTrig, trigPieces, writeTrig } from '@provloom/prov/turtle'
import { tries } from '../../../../test/support/effort.ts'
import { arbitraryDocument } from '../support/arbitrary.ts'
import { separated } from './separated.ts'
import { unified } from './unified.ts'

describe('any document', () => {
  test('round-trips equal through TriG', () => {
    fc.assert(
      fc.property(arbitraryDocument({ odd: false }), (any) => {
        const document = unified(separated(any))
        const text = writeTrig(document)
        expect(differences(document, readTrig(text))).toEqual([])
        expect([...trigPieces(document)].join('')).toBe(text)
      }),
      { seed: 11, numRuns: tries(300) },
    )
  })

  test('with odd names round-trips equal, or is refused because a name is no IRI', () => {
    fc.assert(
      fc.property(arbitraryDocument({ odd: true }), (any) => {
        const document = unified(separated(any))
        let text: string
        try {
          text = writeTrig(document)
        } catch (error) {
          expect(error).toBeInstanceOf(ProvError)
          expect(error).toMatchObject({ code: 'unrepresentable' })
          return
        }
        expect(differences(document, readTrig(text))).toEqual([])
      }),
      { seed: 12, numRuns: tries(300) },
    )
  })

  test('can be written when odd names may be percent-encoded, and is then read', () => {
    fc.assert(
      fc.property(arbitraryDocument({ odd: true }), (any) => {
        const document = unified(separated(any))
        const text = writeTrig(document, { oddIris: 'encode' })
        expect(writeTrig(readTrig(text))).toBe(writeTrig(readTrig(writeTrig(readTrig(text)))))
      }),
      { seed: 13, numRuns: tries(150) },
    )
  })
})
