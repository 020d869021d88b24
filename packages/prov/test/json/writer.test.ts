import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  assembleJson,
  chunked,
  differences,
  DocumentBuilder,
  equalDocuments,
  jsonPieces,
  prov,
  qname,
  readJson,
  renderRecord,
  statement,
  text,
  writeJson,
  writeTo,
  type ProvDocument,
} from '@provloom/prov'
import { tries } from '../../../../test/support/effort.ts'
import { arbitraryDocument } from '../support/arbitrary.ts'
import { refusal } from '../support/refusal.ts'

const ex = (local: string) => qname('ex', 'http://example.org/', local)

test('any document round-trips equal, with as many records', () => {
  fc.assert(
    fc.property(arbitraryDocument(), (document) => {
      const again = readJson(writeJson(document))
      expect(differences(document, again)).toEqual([])
      expect(again.records).toHaveLength(document.records.length)
    }),
    { seed: 20261123, numRuns: tries(400) },
  )
})

test('equal input gives equal bytes, and so does what was read back', () => {
  fc.assert(
    fc.property(arbitraryDocument(), (document) => {
      const written = writeJson(document)
      expect(writeJson(document)).toBe(written)
      JSON.parse(written)
      const again = writeJson(readJson(written))
      expect(writeJson(readJson(again))).toBe(again)
    }),
    { seed: 41, numRuns: tries(200) },
  )
})

describe('a record without identifier', () => {
  const used = statement('used', { args: { activity: ex('a'), entity: ex('e') } })

  test('gets a blank key that only its content decides', () => {
    expect(renderRecord(used).key).toMatch(/^_:r[0-9a-f]{16}$/)
    expect(renderRecord({ ...used, args: { entity: ex('e'), activity: ex('a') } })).toEqual(
      renderRecord(used),
    )
    expect(renderRecord({ ...used, times: { time: '2026-01-01T00:00:00Z' } }).key).not.toBe(
      renderRecord(used).key,
    )
  })

  test('takes a key that is given', () => {
    expect(renderRecord(used, { key: '_:u7' })).toEqual({
      section: 'used',
      key: '_:u7',
      body: '{"prov:activity":"ex:a","prov:entity":"ex:e"}',
    })
  })

  test('stays apart from an equal one', () => {
    const document = new DocumentBuilder().add(used).add(used).build()
    expect(readJson(writeJson(document)).records).toHaveLength(2)
  })
})

test('a document assembled from kept records has the bytes of one written whole', () => {
  const builder = new DocumentBuilder().namespace('ex', 'http://example.org/')
  builder.entity(ex('e'), [[prov('label'), text('E')]]).agent(ex('g'))
  const document = builder.build()
  const kept = document.records.map((record) => renderRecord(record))
  const sections = kept.map(({ section, key, body }) => ({ section, entries: [[key, [body]] as const] }))
  const assembled = assembleJson({ prefixes: document.namespaces.prefixes, sections })
  expect([...assembled].join('')).toBe(writeJson(document))
})

test('an attribute that would be read as a formal position is refused', () => {
  const record = statement('used', { args: { activity: ex('a') }, attributes: [[prov('entity'), text('x')]] })
  expect(refusal(() => renderRecord(record)).code).toBe('unrepresentable')
})

function large(records: number): ProvDocument {
  const builder = new DocumentBuilder().namespace('ex', 'http://example.org/')
  for (let index = 0; index < records / 2; index += 1) {
    builder
      .entity(ex(`e${index}`), [[prov('label'), text(`entity ${index}`)]])
      .wasGeneratedBy(ex(`e${index}`), ex('a'))
  }
  return builder.build()
}

test('40,000 records are written in small pieces and chunks, and read back equal', async () => {
  const document = large(40_000)
  let longest = 0
  for (const piece of jsonPieces(document)) longest = Math.max(longest, piece.length)
  expect(longest).toBeLessThan(200)
  const chunks: string[] = []
  await writeTo({ write: async (chunk: string) => chunks.push(chunk) }, jsonPieces(document))
  expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(65 * 1024)
  expect(chunks.length).toBeGreaterThan(30)
  expect(equalDocuments(readJson(chunks.join('')), document)).toBe(true)
})

test('chunks hold all pieces in order', () => {
  expect([...chunked(['a', 'bc', '', 'd', 'e'], 2)]).toEqual(['abc', 'de'])
  expect([...chunked([], 2)]).toEqual([])
})
