import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences, readJson, readJsonld, writeJsonld } from '@provloom/prov'
import { corpusFiles, corpusText } from '../support/corpus.ts'
import { schemaErrors } from './schema.ts'

const zoneless = "its time has no zone, which xsd:dateTime allows and the schema's format date-time does not"
const beyondSchema: ReadonlyMap<string, string> = new Map([])

describe('every valid file of the PROV-JSON corpus', () => {
  const files = corpusFiles('prov-json/valid', '.json')

  test.each(files)('%s round-trips equal through PROV-JSONLD', (file) => {
    const document = readJson(corpusText(file))
    const text = writeJsonld(document)
    const again = readJsonld(text)
    expect(differences(document, again)).toEqual([])
    expect(again.records).toHaveLength(document.records.length)
    expect(writeJsonld(again)).toBe(writeJsonld(readJsonld(writeJsonld(again))))
  })

  for (const file of files) {
    const reason = beyondSchema.get(path.basename(file))
    test(`${file} ${reason === undefined ? 'is written as the schema has it' : `is not: ${reason}`}`, () => {
      const errors = schemaErrors(writeJsonld(readJson(corpusText(file))))
      if (reason === undefined) expect(errors).toEqual([])
      else expect(errors).not.toEqual([])
    })
  }
})
void zoneless
