import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  differences,
  DocumentBuilder,
  int,
  name,
  prov,
  qname,
  readJson,
  statement,
  text,
  writeJson,
} from '@provloom/prov'
import { provnPieces, readProvn, writeProvn } from '@provloom/prov/provn'
import { tries } from '../../../../test/support/effort.ts'
import { arbitraryDocument } from '../support/arbitrary.ts'
import { refusal } from '../support/refusal.ts'

const ex = (local: string) => qname('ex', 'http://example.org/', local)

test('any document of names that PROV-N can write round-trips equal', () => {
  fc.assert(
    fc.property(arbitraryDocument({ odd: false }), (document) => {
      const written = writeProvn(document)
      const again = readProvn(written)
      expect(differences(document, again)).toEqual([])
      expect(again.records).toHaveLength(document.records.length)
      expect(writeProvn(document)).toBe(written)
    }),
    { seed: 20261124, numRuns: tries(400) },
  )
})

test('any document at all is written readably when odd names are encoded, and keeps its size', () => {
  fc.assert(
    fc.property(arbitraryDocument(), (document) => {
      const written = writeProvn(document, { oddNames: 'encode' })
      const again = readProvn(written)
      expect(again.records).toHaveLength(document.records.length)
      expect(writeProvn(readProvn(writeProvn(again)))).toBe(writeProvn(again))
    }),
    { seed: 7, numRuns: tries(400) },
  )
})

test('any document goes PROV-JSON -> PROV-N -> PROV-JSON unchanged', () => {
  fc.assert(
    fc.property(arbitraryDocument({ odd: false }), (document) => {
      const through = readProvn(writeProvn(readJson(writeJson(document))))
      expect(differences(document, readJson(writeJson(through)))).toEqual([])
    }),
    { seed: 99, numRuns: tries(200) },
  )
})

test('punctuation in names is escaped as the grammar says, and comes back', () => {
  const local = "-a='(b),c:d;e[f].g/h@i~j&k+l*m?n#o$p!q%20."
  const document = new DocumentBuilder().entity(ex(local)).build()
  const written = writeProvn(document)
  expect(written).toContain("entity(ex:\\-a\\=\\'\\(b\\)\\,c\\:d\\;e\\[f\\].g/h@i~j&k+l*m?n#o$p!q%20\\.)")
  expect(readProvn(written).records[0]?.id?.local).toBe(local)
})

test('a name with a space is refused, or encoded when asked', () => {
  const document = new DocumentBuilder().entity(ex('a b')).build()
  const error = refusal(() => writeProvn(document))
  expect([error.code, error.found]).toEqual(['unrepresentable', '"a b"'])
  expect(writeProvn(document, { oddNames: 'encode' })).toContain('entity(ex:a%20b)')
})

test('a document reads as people write it', () => {
  const builder = new DocumentBuilder().namespace('ex', 'http://example.org/')
  builder
    .entity(ex('e'), [
      [prov('type'), name(prov('Plan'))],
      [prov('label'), text('été', 'fr')],
      [ex('n'), int(5)],
    ])
    .activity(ex('a'), { startTime: '2026-01-01T00:00:00Z' })
    .activity(ex('b'))
    .used(ex('a'), ex('e'), { id: ex('u') })
    .wasDerivedFrom(ex('f'), ex('e'), { usage: ex('u') })
    .relation('hadMember', { id: ex('m'), args: { collection: ex('c'), entity: ex('e') } })
  builder
    .bundle(ex('bundle'))
    .namespace('in', 'urn:in:')
    .hadMember(ex('c'), qname('in', 'urn:in:', 'e'))
  expect(writeProvn(builder.build())).toBe(`document
  prefix ex <http://example.org/>
  prefix provext <https://openprovenance.org/ns/provext#>

  entity(ex:e, [prov:type='prov:Plan', prov:label="été"@fr, ex:n="5" %% xsd:int])
  activity(ex:a, 2026-01-01T00:00:00Z, -)
  activity(ex:b)
  used(ex:u; ex:a, ex:e, -)
  wasDerivedFrom(ex:f, ex:e, -, -, ex:u)
  provext:hadMember(ex:m; ex:c, ex:e)
  bundle ex:bundle
    prefix in <urn:in:>

    hadMember(ex:c, in:e)
  endBundle
endDocument
`)
})

test('an empty document is one', () => {
  const empty = new DocumentBuilder().build()
  expect(writeProvn(empty)).toBe('document\nendDocument\n')
  expect(readProvn(writeProvn(empty))).toEqual(empty)
})

test('a large document is written a line at a time', () => {
  const builder = new DocumentBuilder()
  for (let index = 0; index < 50_000; index += 1) builder.add(statement('entity', { id: ex(`e${index}`) }))
  let longest = 0
  for (const piece of provnPieces(builder.build())) longest = Math.max(longest, piece.length)
  expect(longest).toBeLessThan(60)
})
